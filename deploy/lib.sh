# Shared by deploy/demo and tests/run. Sourced, not run.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# A redis-server of 7.0 or later on this machine, installed by the system's package manager when there is none.
need_redis() {
    if command -v redis-server >/dev/null 2>&1; then return; fi
    say "redis-server is missing: it is installed now by the system's package manager"
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    if command -v apt-get >/dev/null 2>&1; then
        $sudo apt-get update -qq
        # Ours are private servers: the one that the package would start stays off.
        DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends redis-server redis-tools >/dev/null
        if command -v systemctl >/dev/null 2>&1; then $sudo systemctl disable --now redis-server >/dev/null 2>&1 || true; fi
    elif command -v dnf >/dev/null 2>&1; then
        $sudo dnf install -y -q redis || $sudo dnf install -y -q valkey
    elif command -v apk >/dev/null 2>&1; then
        $sudo apk add --quiet redis
    elif command -v brew >/dev/null 2>&1; then
        brew install --quiet redis
    else
        die "no package manager is known here: install Redis 7.0 or later and run this again"
    fi
    command -v redis-server >/dev/null 2>&1 || die "redis-server could not be installed: install Redis 7.0 or later and run this again"
}

# Whether Python can make virtual environments; installs what is missing where it can.
need_venv() {
    python3 -c 'import ensurepip, venv' 2>/dev/null && return
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    if command -v apt-get >/dev/null 2>&1; then
        say "python3-venv is missing: it is installed now by the system's package manager"
        $sudo apt-get update -qq && DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-venv >/dev/null || return 1
    fi
    python3 -c 'import ensurepip, venv' 2>/dev/null
}

need_cargo() {
    command -v cargo >/dev/null 2>&1 || die "no Rust toolchain: install one (rustup) and run this again"
}
