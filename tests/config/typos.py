"""What people mistype, each with what they meant: one wrong letter, a letter too many or too few, two swapped, the
singular, another language's spelling, a name from elsewhere.
"""

COMMAND = "version: 1\ncommands: {ping: {description: d, reply: Pong%s}}\n"
STEPS = "version: 1\ncommands: {ping: {description: d, steps: [%s, {reply: Pong}]}}\n"
OPTION = "version: 1\ncommands: {ping: {description: d, reply: Pong, options: {o: {type: string, description: d%s}}}}\n"
BUTTON = (
    "version: 1\ncommands: {ping: {description: d, reply: {content: a, components: [take_it]}}}\n"
    "components: {take_it: {button: {label: a%s}, reply: b}}\n"
)
REST = "\ncommands: {ping: {description: d, reply: Pong}}\n"
GUARDED = "\nchecks: {staff: {permissions: %s}}\ncommands: {ping: {description: d, reply: Pong, check: staff}}\n"
FIELDS = "{text: {label: a%s}}"
MODAL = (
    "version: 1\ncommands: {ask: {description: d, steps: [{modal: question}]}}\n"
    "modals: {question: {title: T, fields: " + FIELDS + ", reply: Thanks}}\n"
)
PERSON = "{person: {type: user, description: d, required: true}}"
READS = f'version: 1\ncommands: {{ping: {{description: d, options: {PERSON}, reply: "{{{{ %s }}}}"}}}}\n'
CHECKED = "version: 1\ncommands: {ping: {description: d, reply: Pong, check: %s}}\n"
MODERATOR = "checks: {moderator: {permissions: ban_members}}\n"
SENDS = "{id: posted, send: a}, {reply: '{{ steps.%s.message_id }}'}"


def _each(template: str, pairs: str, written: str = "%s") -> list[tuple[str, str]]:
    """Return a config for each `typo>meant` of the words, with the typo in its place."""
    words = (pair.split(">") for pair in pairs.split())
    return [(template.replace("%s", written.replace("%s", typo), 1), meant) for typo, meant in words]


TYPOS: list[tuple[str, str]] = [
    *_each("version: 1\n%s: {}" + REST, "comands>commands commads>commands"),
    *_each("version: 1\n%s: {}" + REST, "default>defaults defualts>defaults cheks>checks component>components"),
    *_each(
        "version: 1\n%s: {}" + REST, "compoents>components modal>modals var>vars variables>vars bots>bot modlas>modals"
    ),
    *_each("version: 1\nbot: {%s: []}" + REST, "guild>guilds guids>guilds gulids>guilds"),
    *_each("version: 1\nbot: {%s: {}}" + REST, "presense>presence precence>presence"),
    *_each("version: 1\nbot: {presence: {%s: online}}" + REST, "staus>status state>status"),
    *_each("version: 1\nbot: {presence: {status: %s}}" + REST, "onlin>online offline>online invisble>invisible"),
    *_each(
        "version: 1\ncommands: {ping: {%s: d, reply: Pong}}\n",
        "descripton>description desciption>description descrption>description description_>description "
        "desc>description Description>description discription>description",
    ),
    *_each(COMMAND, "repsonse>response responce>response respond>response", ", %s: defer"),
    *_each(COMMAND, "timout>timeout timeot>timeout time_out>timeout", ", %s: 10s"),
    *_each(COMMAND, "permission>permissions permisions>permissions perms>permissions", ", %s: {}"),
    *_each(COMMAND, "onerror>on_error on_eror>on_error on-error>on_error", ", %s: [stop]"),
    *_each(COMMAND, "ontimeout>on_timeout", ", %s: [stop]"),
    *_each(COMMAND, "option>options optons>options opitons>options", ", %s: {}"),
    *_each(COMMAND, "chek>check checks>check", ", %s: staff"),
    *_each(COMMAND, "visibleto>visible_to visible>visible_to", ", %s: manage_messages"),
    *_each(COMMAND, "defr>defer deferr>defer ephemral>ephemeral ephermeral>ephemeral autoo>auto", ", response: %s"),
    *_each(
        STEPS,
        "replly>reply rely>reply repy>reply replay>reply sned>send sedn>send updat>update upadte>update lgo>log "
        "modl>modal wiat>wait requrie>require reqiure>require deferr>defer fial>fail",
        "{%s: a}",
    ),
    *_each(STEPS, "conent>content contet>content contents>content", "{send: {%s: a}}"),
    *_each(STEPS, "chanel>channel channal>channel chanenl>channel", "{send: {content: a, %s: '#b'}}"),
    *_each(STEPS, "mention>mentions mentons>mentions", "{reply: {content: a, %s: [users]}}"),
    *_each(STEPS, "ephemral>ephemeral ephemerel>ephemeral", "{reply: {content: a, %s: true}}"),
    *_each(STEPS, "user>users role>roles everone>everyone heer>here", "{reply: {content: a, mentions: [%s]}}"),
    *_each(STEPS, "debgu>debug wanring>warning eror>error", "{log: {message: a, level: %s}}"),
    *_each(STEPS, "the>then thn>then", "{if: user.is_bot, %s: [stop]}"),
    *_each(STEPS, "els>else esle>else", "{if: user.is_bot, then: [{log: a}], %s: [{log: b}]}"),
    *_each(
        "version: 1\ncommands: {ping: {description: d, reply: Pong, options: {o: {type: %s, description: d}}}}\n",
        "strng>string sting>string int>integer interger>integer bool>boolean boolen>boolean "
        "channle>channel usr>user Role>role num>number",
    ),
    *_each(OPTION, "requierd>required requird>required require>required", ", %s: true"),
    *_each(OPTION, "minlength>min_length min_lenght>min_length", ", %s: 2"),
    *_each(OPTION, "maxlength>max_length max_lenth>max_length", ", %s: 2"),
    *_each(OPTION, "choice>choices choises>choices", ", %s: {a: A}"),
    *_each(BUTTON, "stlye>style styl>style", ", %s: danger"),
    *_each(BUTTON, "dangr>danger succes>success sucess>success secundary>secondary primay>primary", ", style: %s"),
    *_each(BUTTON, "disable>disabled disabeld>disabled", ", %s: true"),
    *_each(MODAL, "pragraph>paragraph shrot>short", ", style: %s"),
    *_each(MODAL, "placehoder>placeholder placeholde>placeholder", ", %s: a"),
    *_each(
        "version: 1" + GUARDED,
        "manage_message>manage_messages manage_mesages>manage_messages MANAGE_MESSAGES>manage_messages "
        "ban_member>ban_members kick_member>kick_members administator>administrator moderate_member>moderate_members "
        "view_chanel>view_channel manage_role>manage_roles",
    ),
    *_each(
        READS,
        "usr.name>user user.nmae>name user.naem>name user.mentoin>mention user.display_nam>display_name "
        "guild.nam>name bot.latency>latency_ms chanel.name>channel member.nik>nick options.persn>person "
        "options.person.nmae>name interacton.id>interaction",
    ),
    *_each(READS, "uper>upper lowr>lower defalt>default lenght>length truncat>truncate", "user.name | %s"),
    *_each(
        CHECKED + MODERATOR,
        "moderater>moderator moderators>moderator modrator>moderator",
    ),
    *_each(
        "version: 1\ncommands: {ping: {description: d, reply: {content: a, components: [%s]}}}\n"
        "components: {take_it: {button: {label: a}, reply: b}}\n",
        "takeit>take_it take_i>take_it take-it>take_it",
    ),
    *_each(
        "version: 1\ncommands: {ask: {description: d, steps: [{modal: %s}]}}\n"
        "modals: {question: {title: T, fields: {a: A}, reply: b}}\n",
        "questoin>question questions>question",
    ),
    *_each(
        "version: 1\ncommands: {ping: {description: d, steps: [" + SENDS + "]}}\n",
        "postd>posted post>posted",
    ),
]
