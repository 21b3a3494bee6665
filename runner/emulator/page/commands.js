// The slash commands that can be typed, and the search among them.

const SUB_COMMAND_TYPES = [1, 2];
const CHAT_INPUT = 1;

/** Return what can be run of Discord's commands: `{path, description, options}`, a group's subcommands each for itself. */
export function runnable(commands) {
  return commands.filter((command) => command.type === CHAT_INPUT).flatMap((command) => leaves(command, command.name));
}

/** Return the commands that fit what was typed after the slash: those that begin with it first, then by name. */
export function search(commands, typed) {
  const wanted = typed.trim().toLowerCase();
  const rank = (command) => (command.path.startsWith(wanted) ? 0 : command.path.includes(wanted) ? 1 : 2);
  const fitting = commands.filter((command) => rank(command) < 2);
  return fitting.sort((a, b) => rank(a) - rank(b) || a.path.localeCompare(b.path));
}

function leaves(node, path) {
  const options = node.options ?? [];
  const below = options.filter((option) => SUB_COMMAND_TYPES.includes(option.type));
  if (below.length > 0) return below.flatMap((each) => leaves(each, `${path} ${each.name}`));
  return [{ path, description: node.description, options }];
}
