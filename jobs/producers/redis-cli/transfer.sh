#!/bin/sh
# Orders a transfer over Redis with nothing but redis-cli, tells it a new auth code, and waits for its end.
#   DOMORDER_REDIS   redis://…            [default: redis://127.0.0.1:6379]
#   DOMORDER_NS      the namespace        [default: domorder]
#   DOMORDER_ACCOUNT, DOMAIN              what to order, and where
#   WRONG_CODE_FILE, RIGHT_CODE_FILE      files with the auth codes: a secret in argv is read by every user of the machine
set -eu

url=${DOMORDER_REDIS:-redis://127.0.0.1:6379}
ns=${DOMORDER_NS:-domorder}
key="transfer-$DOMAIN"

redis() { redis-cli -u "$url" --raw "$@"; }
json() { printf '%s' "$1" | sed 's/\\/\\\\/g; s/"/\\"/g'; }

# Waits for an event of this order of one of these types, and prints it. The first event that is still unread is $last.
last=0
wait_for() {
    while :; do
        # BLOCK returns at once when there is something, so that this is no polling. One shard: {<ns>:0}.
        answer=$(redis XREAD COUNT 100 BLOCK 30000 STREAMS "{$ns:0}:events" "$last")
        [ -n "$answer" ] || { echo "nothing happened for 30 s" >&2; exit 1; }
        last=$(printf '%s\n' "$answer" | grep -E '^[0-9]+-[0-9]+$' | tail -n 1)
        found=$(printf '%s\n' "$answer" | grep -F "\"idempotency_key\":\"$key\"" | grep -E "\"type\":\"order\.($1)\"" | tail -n 1 || true)
        if [ -n "$found" ]; then printf '%s\n' "$found"; return; fi
    done
}

# -x takes the last argument from standard input, so that the code stands in no argv.
printf '{"idempotency_key": "%s", "kind": "transfer", "account": "%s", "domain": "%s", "auth_code": "%s"}' \
    "$key" "$DOMORDER_ACCOUNT" "$DOMAIN" "$(json "$(cat "$WRONG_CODE_FILE")")" |
    redis -x XADD "$ns:intake" '*' order >/dev/null

wait_for action_required >/dev/null
echo "stalled: it needs a new auth code"

printf '{"idempotency_key": "%s", "signal": "auth-code", "auth_code": "%s"}' \
    "$key" "$(json "$(cat "$RIGHT_CODE_FILE")")" |
    redis -x XADD "$ns:intake" '*' signal >/dev/null

end=$(wait_for 'succeeded|failed|cancelled')
case $end in
    *'"type":"order.succeeded"'*) echo "succeeded" ;;
    *) echo "ended otherwise: $end" >&2; exit 1 ;;
esac
