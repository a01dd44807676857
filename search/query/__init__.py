"""From what was typed or sent to a tree of what is looked for; nothing here knows a library."""
