# Shared by deploy/demo and tests/run. Sourced, not run.

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Packages by apt-get, as root or by sudo.
apt_install() {
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# A redis-server of 7.0 or later on this machine, installed by the system's package manager when there is none.
need_redis() {
    if command -v redis-server >/dev/null 2>&1; then return; fi
    say "redis-server is missing: it is installed now by the system's package manager"
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo=sudo
    if command -v apt-get >/dev/null 2>&1; then
        apt_install redis-server redis-tools
        # Ours are private servers: the one that the package would start stays off.
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

need_cargo() {
    command -v cargo >/dev/null 2>&1 || die "no Rust toolchain: install one (rustup) and run this again"
}

need_nextest() {
    if cargo nextest --version >/dev/null 2>&1; then return; fi
    say "cargo-nextest is missing: it is built now (a few minutes, once)"
    cargo install --locked cargo-nextest
}

# Programs that tests run beside domorder: each by the name of its command and its package with apt-get.
need_program() {
    if command -v "$1" >/dev/null 2>&1; then return; fi
    say "$1 is missing: it is installed now by the system's package manager"
    command -v apt-get >/dev/null 2>&1 || die "install $1 and run this again"
    apt_install "$2"
    command -v "$1" >/dev/null 2>&1 || die "$1 could not be installed: install it and run this again"
}

# Python packages for the tests, in an environment of their own under the target folder.
need_python_packages() {
    local folder=${CARGO_TARGET_DIR:-$PWD/target}/python
    export DOMORDER_PYTHON=$folder/bin/python
    if cat tests/python.txt jobs/producers/python/requirements.txt | cmp -s - "$folder/installed.txt"; then return; fi
    need_program python3 python3
    say "Python packages for the tests are installed now into $folder"
    if ! python3 -m venv --clear "$folder" >/dev/null 2>&1; then
        # Debian keeps a part of venv in a package of its own.
        need_venv
        python3 -m venv --clear "$folder"
    fi
    "$folder/bin/pip" install --quiet --disable-pip-version-check -r tests/python.txt
    cat tests/python.txt jobs/producers/python/requirements.txt > "$folder/installed.txt"
}

need_venv() {
    command -v apt-get >/dev/null 2>&1 || die "python3 has no venv: install it and run this again"
    apt_install python3-venv
}
