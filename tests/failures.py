"""What goes wrong in bots, and which tests show that it doesn't here: a register of 72 numbered failures.

`F…` are failure modes that people report of their bots, `R…` rules of Discord's and of discord.py's that are easily got
wrong, `S…` symptoms with their causes. Each is *refused* (by `validate`), *impossible* (there is no way to write it),
*repaired* (while the bot runs) or *told* (nobody can prevent it; the log names it).

`docs/lifecycle.md` shows the register; `test_failures.py` holds it to the tests and the document to it.
"""

from dataclasses import dataclass
from typing import Final, Literal

How = Literal["refused", "impossible", "repaired", "told"]


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong. `shown_by` are tests, or pairs of files below `configs/`, from `tests/` on."""

    number: str
    what: str
    how: How
    shown_by: tuple[str, ...]


def _mode(number: str, what: str, how: How, *shown_by: str) -> Failure:
    return Failure(number, what, how, shown_by)


_ACK: Final = "engine/test_acknowledger.py::test_"
_CHANCE: Final = "engine/test_misfortunes.py::test_"
_EXPIRY: Final = "engine/test_expiry.py::test_"
_FIRST: Final = "engine/test_first_response_mutants.py::test_"
_HERE: Final = "engine/test_failure_modes.py::test_"
_INTERACTION: Final = "engine/test_interaction.py::test_"
_LOCAL: Final = "emulator/test_interaction_table.py::test_"
_MACHINE: Final = "lifecycle/test_machine.py::test_"
_REFUSED: Final = "configs/refused/"
_REGISTRATION: Final = "registration/test_register.py::test_"
_STANDBY: Final = "engine/test_standby.py::test_"

FAILURES: Final = (
    # --- what people report of their bots
    _mode(
        "F01", "nothing is answered within 3 s: slow work, a hanging call, a blocked event loop", "repaired",
        _INTERACTION + "a_step_that_hangs_is_taken_over_by_the_watchdog",
        _STANDBY + "a_step_that_computes_for_longer_than_discord_waits_is_answered_for",
        _REFUSED + "slow_before_reply", "engine/test_lag.py::test_a_loop_that_is_held_up_is_measured_and_told_of",
    ),
    _mode(
        "F02", "a second process with the same token answers, or an event comes late", "told",
        _ACK + "an_answer_by_another_process_is_left_alone",
        "engine/test_rivals.py::test_another_process_is_named_once_a_minute_with_what_to_do",
        _INTERACTION + "an_interaction_that_seems_to_be_too_late_is_left_to_discords_judgement",
    ),
    _mode(
        "F03", "two acknowledgements: two code paths, or a repeat after a doubtful failure", "impossible",
        _FIRST + "two_who_answer_at_once_make_one_first_response_and_one_follow_up",
        _ACK + "our_own_repeat_that_meets_40060_is_a_success",
        _MACHINE + "no_sequence_sends_a_second_callback_or_anything_before_the_first",
    ),
    _mode(
        "F04", "a reply behind a defer, or a second one, by the wrong call", "impossible",
        _MACHINE + "a_reply_is_right_in_every_living_state", "actions/test_stop.py::test_nothing_runs_behind_a_stop",
        "actions/test_require.py::test_a_refusal_behind_an_answer_is_a_follow_up",
    ),
    _mode(
        "F05", "a button does its work and is never acknowledged", "impossible",
        _INTERACTION + "a_click_that_says_nothing_is_acknowledged_without_a_trace",
        _INTERACTION + "a_click_that_hangs_is_acknowledged_silently_and_answered_later",
    ),
    _mode(
        "F06", "the first follow-up has the visibility of the defer and not its own", "refused",
        _REFUSED + "visibility_conflict", _ACK + "the_answer_takes_the_spinners_visibility_or_its_place",
        _ACK + "a_public_answer_never_stays_in_a_private_spinner",
        _INTERACTION + "the_watchdog_shows_only_what_the_handler_would_show",
    ),
    _mode(
        "F07", "buttons are dead after a restart, or after some minutes", "impossible",
        _HERE + "f07_a_button_works_after_a_restart",
    ),
    _mode(
        "F08", "a button of an older config does nothing", "repaired",
        _INTERACTION + "a_button_that_is_gone_is_answered_privately",
        _INTERACTION + "only_a_custom_id_of_ours_names_a_handler",
    ),
    _mode(
        "F09", "a form after a defer, or too late", "refused",
        _REFUSED + "modal_after_defer_strategy", _REFUSED + "modal_after_slow_step",
        _INTERACTION + "a_form_that_would_come_too_late_is_said_privately_and_never_opens",
    ),
    _mode("F10", "a form from a form, or behind a reply", "refused",
          _REFUSED + "modal_from_modal", _REFUSED + "modal_after_reply"),
    _mode(
        "F11", "the token dies after 15 minutes under a handler that still speaks", "repaired",
        _EXPIRY + "a_late_public_answer_is_an_edit_with_the_bots_own_token",
        _EXPIRY + "a_spinner_is_taken_away_before_the_token_dies",
        _MACHINE + "nothing_is_sent_after_the_token_has_expired", _REFUSED + "reply_after_expiry",
    ),
    _mode(
        "F12", "a private message is to be found, edited or pinned later", "refused",
        "check/test_privacy.py::test_a_message_for_one_alone_is_not_reached_and_not_kept",
        _LOCAL + "an_ephemeral_message_is_hidden_from_others_and_from_the_channel_routes",
    ),
    _mode(
        "F13", "a follow-up behind a deleted deferral", "repaired",
        _ACK + "a_spinner_that_a_moderator_deletes_is_answered_behind_it",
        _FIRST + "a_deletion_that_was_given_up_is_seen_through_before_anything_is_said",
    ),
    _mode(
        "F14", "a button's defer shows nothing, or a spinner that stays", "impossible",
        "actions/test_defer.py::test_a_component_can_show_a_spinner_of_its_own",
        "actions/test_defer.py::test_a_spinner_that_nothing_follows_is_ended_by_the_engine",
        _CHANCE + "a_click_without_an_answer_waits_for_what_the_watchdog_has_begun",
    ),
    _mode("F15", "each command is shown twice, once of the server and once of all", "impossible",
          _REGISTRATION + "commands_of_a_guild_empty_the_global_set_so_that_none_shows_twice"),
    _mode("F16", "Discord still shows a command as it was", "repaired",
          _HERE + "f16_a_command_that_discord_still_shows_as_it_was_is_answered_privately",
          _INTERACTION + "a_command_that_is_gone_is_answered_privately"),
    _mode(
        "F17", "registering at every start uses up the day's 200 new commands", "impossible",
        _REGISTRATION + "a_second_registration_sends_nothing", "test_gateway.py::test_a_reconnect_registers_nothing",
        _REGISTRATION + "the_daily_limit_holds_back_new_commands_only",
    ),
    _mode(
        "F18", "what only Discord's settings guard is open: an admin has changed them, or it is a button", "repaired",
        _INTERACTION + "a_guard_lets_in_whom_it_should_and_tells_the_others_privately",
        "actions/test_modal.py::test_who_may_submit_is_enforced_when_they_do_and_said_privately",
        "check/test_guarded.py::test_a_button_that_anybody_may_press_for_anything_is_warned_of",
    ),
    _mode(
        "F19", "the bot finds in the middle that it lacks a permission", "repaired",
        _INTERACTION + "what_the_bot_itself_may_not_do_is_refused_before_the_first_step",
        "check/test_needs.py::test_steps_are_found_wherever_they_stand",
    ),
    _mode(
        "F20", "a reload leaves old code running beside the new", "impossible",
        _INTERACTION + "a_swap_leaves_what_is_under_way_on_its_own_program",
        "test_reload.py::test_twenty_saves_at_once_are_one_swap",
        "test_reload.py::test_a_broken_file_changes_nothing_and_is_shown_once",
    ),
    _mode(
        "F21", "memory grows with every message that has buttons", "impossible",
        _INTERACTION + "a_hundred_at_once_are_each_answered_once_and_leave_nothing_behind",
        _FIRST + "ids_are_remembered_up_to_a_bound",
        _INTERACTION + "one_interaction_more_than_the_bound_is_told_to_come_again",
    ),
    _mode(
        "F22", "a double click does it twice, or two clicks lose one", "repaired",
        "actions/test_transaction.py::test_many_at_the_same_moment_give_no_more_than_there_is",
        "actions/test_increment.py::test_fifty_members_who_press_a_button_in_the_same_millisecond_are_all_counted",
        _INTERACTION + "an_interaction_that_is_delivered_twice_is_answered_once",
    ),
    _mode("F23", "a rate limit of Discord's holds a step for minutes", "repaired",
          _HERE + "f23_a_rate_limit_of_discords_is_a_failure_that_can_be_caught"),
    _mode(
        "F24", "what a user types pings everybody", "impossible",
        "actions/test_reply.py::test_nobody_is_pinged_unless_the_author_says_so",
        "actions/test_reply.py::test_what_users_type_is_shown_and_never_rendered",
        "check/test_mentions.py::test_what_a_user_types_must_not_ping_everybody",
    ),
    _mode(
        "F25", "suggestions are too many, too long or too late", "refused",
        "check/test_origins.py::test_suggestions_come_from_fast_steps_that_say_nothing",
        _INTERACTION + "what_no_handler_takes_is_answered_all_the_same",
        _CHANCE + "suggestions_that_are_asked_for_during_a_restart_are_none",
    ),
    _mode(
        "F26", "the error handler fails itself, and the user sees nothing", "impossible",
        _INTERACTION + "an_error_handler_that_does_not_answer_leaves_it_to_the_built_in_sentence",
        _INTERACTION + "an_error_behind_a_private_spinner_stays_private",
        _CHANCE + "an_expected_failure_in_an_error_handler_is_a_line_and_no_traceback",
    ),
    _mode(
        "F27", "a success is announced before the work, which then fails", "refused",
        "check/test_reachability.py::test_a_path_that_would_go_wrong_is_refused",
        _INTERACTION + "no_effect_follows_what_the_user_saw_fail",
    ),
    _mode(
        "F28", "half of it is done, and nobody learns which half", "repaired",
        "actions/test_fail.py::test_on_error_knows_the_message_the_step_and_the_reference",
        "actions/test_fail.py::test_the_operator_reads_where_it_failed",
        "actions/test_transaction.py::test_nothing_of_it_is_done_when_a_step_fails",
    ),
    # --- rules that are easily got wrong
    _mode("R01", "JSON must come as exactly `application/json`", "impossible",
          "emulator/test_rest_api.py::test_json_comes_with_exactly_that_type_and_the_servers_date"),
    _mode("R02", "a 429 without `Via` is taken for a ban of the network's", "impossible",
          "emulator/test_faults.py::test_a_429_looks_like_discords_or_like_the_networks"),
    _mode("R03", "a callback is answered with a body only if that is asked for", "impossible",
          _LOCAL + "the_response_body_comes_only_if_asked_for",
          _EXPIRY + "only_where_an_answer_may_come_late_is_discord_asked_for_the_message"),
    _mode("R04", "an answer counts as given only when its request is done, so two can be sent", "impossible",
          _FIRST + "two_who_answer_at_once_make_one_first_response_and_one_follow_up"),
    _mode("R05", "a library repeats a callback for longer than Discord waits", "impossible",
          _FIRST + "no_attempt_at_the_first_response_outlasts_its_deadline",
          _FIRST + "an_attempt_that_may_have_arrived_makes_a_40060_our_own"),
    _mode("R06", "calls about an interaction carry no bot token", "impossible",
          "engine/test_answers.py::test_a_request_carries_the_base_path_its_body_and_its_length_in_one_message"),
    _mode("R07", "a plain client never asks where the gateway is", "repaired",
          "test_gateway.py::test_the_gateways_address_comes_from_discord"),
    _mode("R08", "six keys of an interaction may not be missing", "impossible",
          "emulator/test_people.py::test_a_command_reaches_the_bot_filled_in_whole"),
    _mode("R09", "what a library does not know it answers with nothing", "impossible",
          _INTERACTION + "what_no_handler_takes_is_answered_all_the_same"),
    _mode("R10", "the call that makes a message decides who sees it", "impossible",
          _MACHINE + "only_calls_that_create_a_message_decide_its_visibility",
          _LOCAL + "the_first_follow_up_after_a_deferral_is_its_edit_and_keeps_its_visibility"),
    _mode("R11", "a `custom_id` is there once in a message, disabled or not", "refused",
          _REFUSED + "same_button_twice",
          "emulator/test_form_components.py::test_a_custom_id_is_unique_in_the_message_even_when_disabled"),
    _mode("R12", "a call that uses up a rate limit sleeps before it returns", "impossible",
          _HERE + "r12_an_answer_never_waits_behind_a_call_that_a_rate_limit_holds_back"),
    # --- symptoms
    _mode("S01", "unknown interaction, now and then: something blocks the event loop", "repaired",
          _STANDBY + "a_step_that_computes_for_a_second_delays_nobody_too_long",
          _STANDBY + "twenty_that_wait_in_one_blocked_loop_are_all_answered_for"),
    _mode("S02", "unknown interaction, first thing after a pause: DNS and TLS are cold", "impossible",
          "engine/test_answers.py::test_a_warm_pool_answers_on_the_connection_it_has",
          "engine/test_answers.py::test_a_burst_of_connections_asks_for_the_name_once"),
    _mode("S03", "unknown interaction under load: answers wait behind other calls", "impossible",
          _HERE + "r12_an_answer_never_waits_behind_a_call_that_a_rate_limit_holds_back",
          "engine/test_events.py::test_events_do_not_keep_interactions_waiting"),
    _mode("S04", "unknown interaction where functions start on demand", "impossible",
          "test_gateway.py::test_what_was_missed_while_the_connection_was_away_is_answered_in_time"),
    _mode("S05", "\"can't respond after 3 s\" without any delay: the clock is wrong", "repaired",
          _INTERACTION + "a_clock_that_is_wrong_changes_nothing",
          _CHANCE + "a_clock_that_has_just_been_set_lets_nobody_down"),
    _mode("S06", "already acknowledged, for half of the users: two processes", "told",
          "engine/test_rivals.py::test_another_process_is_named_once_a_minute_with_what_to_do",
          _ACK + "an_answer_by_another_process_is_left_alone"),
    _mode("S07", "already acknowledged, after a blip of the network", "repaired",
          _ACK + "our_own_repeat_that_meets_40060_is_a_success",
          _FIRST + "what_discord_shows_tells_whose_answer_it_has"),
    _mode("S08", "already acknowledged, in an error handler", "impossible",
          _INTERACTION + "an_error_while_the_watchdogs_private_deferral_is_in_flight_stays_private",
          _FIRST + "an_error_behind_a_public_spinner_takes_its_place"),
    _mode("S09", "already acknowledged: a defer and a reply race", "impossible",
          _INTERACTION + "a_reply_while_the_watchdogs_deferral_is_in_flight_edits_it",
          _FIRST + "an_acknowledgement_that_comes_second_is_none_and_says_so"),
    _mode("S10", "unknown webhook: an edit before the acknowledgement has arrived", "impossible",
          _MACHINE + "no_sequence_sends_a_second_callback_or_anything_before_the_first",
          _ACK + "a_reply_while_the_watchdogs_deferral_is_in_flight_edits_the_spinner"),
    _mode("S11", "invalid webhook token, after long work", "repaired",
          _EXPIRY + "an_answer_between_the_two_takes_the_sentences_place",
          _EXPIRY + "a_late_private_answer_is_never_tried_and_goes_where_on_expired_says"),
    _mode("S12", "a public spinner can't become a private text", "refused",
          _REFUSED + "visibility_against_defer", _FIRST + "an_error_behind_a_public_spinner_takes_its_place"),
    _mode("S13", "the first follow-up ignores `ephemeral`", "impossible",
          _MACHINE + "a_deferral_is_resolved_by_an_edit_or_a_deletion_never_by_a_follow_up"),
    _mode("S14", "a button hangs after a restart", "impossible", _HERE + "f07_a_button_works_after_a_restart"),
    _mode("S15", "a whole message is refused for a `custom_id` that is there twice", "refused",
          _REFUSED + "same_button_twice"),
    _mode("S16", "all commands are refused for one bad option", "repaired",
          _REGISTRATION + "a_command_that_is_refused_does_not_take_the_others_down",
          _REFUSED + "required_after_optional"),
    _mode("S17", "no more commands today, while developing", "impossible",
          _REGISTRATION + "a_change_keeps_the_ids_of_the_others",
          _REGISTRATION + "a_second_registration_sends_nothing"),
    _mode("S18", "commands are twice in the picker", "impossible",
          _REGISTRATION + "commands_of_a_guild_empty_the_global_set_so_that_none_shows_twice"),
    _mode("S19", "permissions don't hold", "repaired",
          _INTERACTION + "a_guard_lets_in_whom_it_should_and_tells_the_others_privately",
          _INTERACTION + "a_command_that_asks_for_permissions_is_refused_in_direct_messages"),
    _mode("S20", "a form does nothing", "refused", _REFUSED + "modal_after_slow_step", _REFUSED + "modal_from_modal"),
    _mode("S21", "the network blocks a bot that goes on making invalid requests", "impossible",
          _ACK + "an_interaction_that_discord_has_given_up_gets_no_further_call",
          _EXPIRY + "a_token_that_discord_ends_before_its_time_is_one_that_has_expired",
          "test_gateway.py::test_a_session_that_discord_ends_for_good_ends_the_bot"),
    _mode("S22", "500 for a layout that is too much for Discord", "refused",
          _REFUSED + "layout_too_much",
          "messages/test_layout.py::test_texts_with_which_discord_is_known_to_fail_are_not_sent",
          "messages/test_layout.py::test_more_pictures_than_discord_is_known_to_survive_are_not_sent"),
    _mode("S23", "`@everyone` pings from what a user has written", "impossible",
          "actions/test_send.py::test_nobody_is_pinged_unless_the_author_says_so"),
    _mode("S24", "answers ping the users that they mention", "impossible",
          "actions/test_reply.py::test_nobody_is_pinged_unless_the_author_says_so",
          "test_messages.py::test_a_new_message_pings_nobody_unless_it_says_whom"),
    _mode("S25", "there is no member in a direct message", "repaired",
          _INTERACTION + "a_command_that_asks_for_permissions_is_refused_in_direct_messages",
          "engine/test_memory.py::test_what_is_kept_for_servers_is_used_in_servers_alone"),
    _mode("S26", "the address of a file that a user has sent dies", "refused",
          _REFUSED + "passing_address",
          "messages/test_files.py::test_what_a_user_has_sent_is_posted_again_and_no_other_file",
          "messages/test_files.py::test_a_file_that_discord_has_dropped_meanwhile_is_told_to_the_user_and_named_in_the_log"),
    _mode("S27", "events come twice", "repaired",
          _INTERACTION + "an_interaction_that_is_delivered_twice_is_answered_once",
          "engine/test_events.py::test_what_comes_twice_is_handled_once"),
    _mode("S28", "no interaction ever comes: Discord sends them to an address", "told",
          _HERE + "s28_an_address_that_discord_sends_interactions_to_instead_is_warned_of"),
    _mode("S29", "AutoMod refuses the answer behind a spinner", "repaired",
          _CHANCE + "words_that_automod_blocks_are_replaced_by_neutral_ones"),
    _mode("S30", "a button works for everyone", "refused",
          "check/test_guarded.py::test_a_button_that_anybody_may_press_for_anything_is_warned_of",
          _INTERACTION + "a_guard_lets_in_whom_it_should_and_tells_the_others_privately"),
    _mode("S31", "a role can't be given although the permission is held: it stands above the bot", "repaired",
          "actions/test_add_role.py::test_a_role_that_nobody_can_give_is_told_before_the_first_answer",
          "actions/test_add_role.py::test_a_role_that_somebody_chooses_is_held_to_the_hierarchy"),
    _mode("S32", "a token is in the log, within an address", "impossible",
          _INTERACTION + "no_log_line_has_a_token_or_what_a_user_wrote",
          "test_logs.py::test_the_token_in_a_path_is_hidden_and_the_rest_stays"),
)  # fmt: skip
"""Every one of them, in order."""


def table() -> str:
    """Return the register as the document shows it."""
    rows = [f"| {each.number} | {each.what} | {each.how} |" for each in FAILURES]
    return "\n".join(("| | What goes wrong | Here it is |", "| --- | --- | --- |", *rows))
