#!/bin/sh
# Makes the tags and filter rules by which clerks see dieu7's verdicts in Zimbra's web client.
# Tạo nhãn (tag) và bộ lọc để văn thư thấy kết quả kiểm tra trong giao diện web của Zimbra.
#
#   zimbra-tags.sh MAILBOX...          one or more unit mailboxes
#   zimbra-tags.sh < list              or one a line, lines with # are skipped
#
# Run as the user zimbra, on a mailbox server. It can be run again: rules of the same name are replaced, tags stay.
# DRY_RUN=1 prints the commands instead; ZMMAILBOX names another program; HEADER another field.

set -eu

ZMMAILBOX=${ZMMAILBOX:-zmmailbox}
HEADER=${HEADER:-Dieu7-Verdict}
failed=0
exec 3>&1

run() {
    if [ -n "${DRY_RUN:-}" ]; then
        { printf '%s' "$ZMMAILBOX" && printf ' "%s"' "$@" && echo; } >&3
    else
        "$ZMMAILBOX" "$@"
    fi
}

# token, name of the tag, colour. No token is part of another, and in the header a semicolon follows each. "contains"
# rather than "matches": it does not depend on how the server unfolds long header lines.
verdicts() {
    cat <<'TABLE'
legally-equivalent-to-paper|D7 Đạt|green
flagged-partial|D7 Một phần|yellow
flagged-unsigned|D7 Không ký số|gray
flagged-condition-unmet|D7 Chưa đạt|red
flagged-unchecked|D7 Chưa kiểm tra|purple
flagged-undetermined|D7 Chưa rõ|orange
flagged-awaiting-clerk|D7 Chờ văn thư|blue
TABLE
}

set_up() {
    mailbox=$1
    verdicts | while IFS='|' read -r token tag colour; do
        # Fails when the tag is there; that is what we want. Input is closed, or zmmailbox would read the table.
        run -z -m "$mailbox" createTag --color "$colour" "$tag" </dev/null >/dev/null 2>&1 ||
            printf '%s: tag "%s" not made; it is probably there already\n' "$mailbox" "$tag" >&2
        run -z -m "$mailbox" deleteFilterRule "$tag" </dev/null >/dev/null 2>&1 || true
        # No "stop": the unit's own filters still run. A tag alone does not move the mail out of the inbox.
        run -z -m "$mailbox" addFilterRule --first "$tag" active all \
            header "$HEADER" contains "$token;" tag "$tag" </dev/null || exit 1
    done
}

if [ "$#" -eq 0 ]; then
    if [ -t 0 ]; then
        sed -n '2,10s/^# \{0,1\}//p' "$0" >&2
        exit 2
    fi
    # shellcheck disable=SC2046 # mailbox addresses hold no blanks
    set -- $(sed 's/#.*//')
fi

for mailbox in "$@"; do
    if set_up "$mailbox"; then
        printf '%s: done\n' "$mailbox"
    else
        printf '%s: NOT set up\n' "$mailbox" >&2
        failed=1
    fi
done
exit "$failed"
