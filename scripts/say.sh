#!/bin/sh
# Says what is happening, so that a long step does not look like a hang.
printf '\n==> %s\n' "$*" >&2
