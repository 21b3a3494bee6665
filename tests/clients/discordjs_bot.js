// The bot of test_other_clients.py on discord.js: every way to answer an interaction, and an ear for every event.

import {
  ActionRowBuilder,
  ButtonBuilder,
  ButtonStyle,
  Client,
  Events,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  Partials,
  TextInputBuilder,
  TextInputStyle,
} from "discord.js";

const everything = (flags) => Object.values(flags).filter((flag) => typeof flag === "number");

const client = new Client({
  intents: everything(GatewayIntentBits),
  partials: everything(Partials),
  rest: { api: process.env.DISCORD_API_URL.replace(/\/v10$/, ""), version: "10" },
});

const button = new ButtonBuilder().setCustomId("go").setLabel("Go").setStyle(ButtonStyle.Primary);
const row = new ActionRowBuilder().addComponents(button);
const input = new TextInputBuilder().setCustomId("why").setStyle(TextInputStyle.Short);
const form = new ModalBuilder()
  .setCustomId("form")
  .setTitle("Form")
  .addLabelComponents(new LabelBuilder().setLabel("Why").setTextInputComponent(input));

const commands = {
  ping: (interaction) => interaction.reply("pong"),
  slow: async (interaction) => {
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply("done");
    await interaction.followUp({ content: "more", flags: MessageFlags.Ephemeral });
  },
  menu: async (interaction) => {
    await interaction.reply({ content: "choose", components: [row] });
    await interaction.editReply("choose now");
  },
  form: (interaction) => interaction.showModal(form),
};

client.on(Events.InteractionCreate, async (interaction) => {
  if (interaction.isChatInputCommand()) {
    await commands[interaction.commandName](interaction);
  } else if (interaction.isButton()) {
    await interaction.update({ content: "chosen", components: [] });
  } else if (interaction.isModalSubmit()) {
    await interaction.reply(`because ${interaction.fields.getTextInputValue("why")}`);
  }
});

for (const event of [Events.Error, Events.Warn, Events.Invalidated, Events.ShardError]) {
  client.on(event, (fault) => console.error(event, fault));
}

client.once(Events.ClientReady, async () => {
  await client.application.commands.set(Object.keys(commands).map((name) => ({ name, description: name })));
});

process.once("SIGTERM", () => client.destroy());
await client.login(process.env.DISCORD_TOKEN);
