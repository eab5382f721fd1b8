#!/usr/bin/env bash
# shellcheck disable=SC2016,SC2030,SC2031 # programs in quotes; each test has variables of its own
#
# Tests `Scripts/setup` in made-up clones and caches. Only the tools linked below are on PATH;
# python3 (for pip), swift, git, df, id, uname, sudo and apt-get are stand-ins, wheels are tiny, and
# nothing is fetched from a network.
set -uo pipefail

source=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$work"' EXIT
python=$(python3 -c 'import os, sys; print(os.path.realpath(sys.executable))')
tools=$work/tools
mkdir "$tools"
for tool in bash awk cat dirname env head mkdir mv ln readlink rm sort true wc; do
    path=$(type -P "$tool") && ln -s "$path" "$tools/$tool"
done

# --- Stand-ins ---

# stand_in NAME: a program of that name, made of standard input.
stand_in() {
    { echo "#!$work/tools/bash"; cat; } >"$tools/$1"
    chmod +x "$tools/$1"
}

# With STOP_AT=n, set-up is killed instead of its n-th call of a program that begins with this.
stop_here='
if [[ -n ${STOP_AT-} ]]; then
    echo >>"$clone/steps"
    if (($(wc -l <"$clone/steps") == STOP_AT)); then
        for half in wheels/torch-half.whl unpacked/torch/lib/libtorch.so; do
            mkdir -p "$cache/partial/${half%/*}" && echo half >"$cache/partial/$half"
        done
        kill -9 "$PPID"
        exit 1
    fi
fi'

make_stand_ins() {
    local tool
    for tool in ln mkdir mv rm; do
        path=$(readlink "$tools/$tool") && rm "$tools/$tool"
        stand_in "$tool" <<<"PATH=/usr/bin:/bin; $stop_here"$'\n'"exec '$path' \"\$@\""
    done
    stand_in swift <<<'echo "Swift version ${SWIFT_VERSION:-6.3.1} (swift-RELEASE)"'
    stand_in git </dev/null
    stand_in id <<<'echo "${USER_ID:-1000}"'
    stand_in sudo <<<'exit 1'
    stand_in uname <<<'[[ $1 == -sm ]] && echo "${MACHINE:-Linux x86_64}" || echo Darwin'
    stand_in df <<<'printf "head\ndisk 0 0 %s\n" "${FREE_KB:-99999999}"'
    stand_in python3 <<E2
PATH=/usr/bin:/bin; $stop_here
[[ "\$1 \$2" == "-m pip" ]] || exec '$python' -S "\$@"
[[ -z \${NO_PIP-} ]] || exit 1
[[ \$3 == download ]] || exit 0
echo "\$*" >>"\$clone/log"
[[ -z \${NO_NETWORK-} ]] || { echo "ERROR: no route to host" >&2; exit 1; }
while [[ \$1 != --dest ]]; do shift; done
mkdir -p "\$2"
case "\$3 \${!#}" in
    *torch==*) cp "\$store"/torch-*.whl "\$2" ;;
    -r*) cp "\$4" "\$clone/asked" && cp "\$store"/{cuda,nvidia}_*.whl "\$2" ;;
esac
E2
}

# make_wheel FILE DISTRIBUTION [NAME=TEXT...]: a wheel with a true RECORD.
make_wheel() {
    "$python" - "$@" <<'E2'
import base64, hashlib, sys, zipfile
path, distribution, *members = sys.argv[1:]
record = ""
with zipfile.ZipFile(path, "w") as wheel:
    for member in members:
        name, text = member.split("=", 1)
        name = name.replace("INFO", distribution + ".dist-info")
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=")
        record += f"{name},sha256={digest.decode()},{len(text)}\n"
        wheel.writestr(name, text)
    wheel.writestr(f"{distribution}.dist-info/RECORD", record)
E2
}

torch_members=(
    torch/include/torch/torch.h=header torch/__init__.py=python torch/lib/libtorch_python.so=python
    torch/lib/libtorch.so=torch torch/lib/libgomp.so.1=gomp torch/lib/libshm/libshm.h=no
    INFO/licenses/LICENSE=licence
)

make_store() {
    mkdir "$work/store" "$work/cuda"
    make_wheel "$work/store/torch-2.13.0-cp311.whl" torch-2.13.0 "${torch_members[@]}" \
        INFO/METADATA=$'Requires-Dist: sympy>=1\nRequires-Dist: jinja2'
    make_wheel "$work/cuda/torch-2.13.0-cp311.whl" torch-2.13.0 "${torch_members[@]}" \
        INFO/METADATA=$'Requires-Dist: cuda-toolkit[cublas]==13.0.3; platform_system == "Linux"
Requires-Dist: nvidia-nccl-cu13==2.29.7; platform_system == "Linux"\nRequires-Dist: triton==3.7.1'
    make_wheel "$work/cuda/cuda_toolkit-13.0.3.whl" cuda_toolkit-13.0.3 INFO/METADATA=none
    make_wheel "$work/cuda/nvidia_cublas-13.whl" nvidia_cublas-13 \
        nvidia/cu13/lib/libcublas.so.13=cublas nvidia/cu13/include/cublas.h=header
    make_wheel "$work/cuda/nvidia_nccl_cu13-2.whl" nvidia_nccl_cu13-2 \
        nvidia/nccl/lib/libnccl.so.2=nccl
}

make_clone() { # FOLDER
    mkdir -p "$1/Scripts"
    cp "$source"/Scripts/{setup,wheel.py} "$1/Scripts"
}

# --- Saying what is expected ---

# setup [ARGUMENT...]: runs it as a user would; leaves $status and $said.
setup() {
    status=0
    said=$(env -i HOME="$home" PATH="$tools" clone="$clone" cache="$cache" store="$store" \
        "${with[@]}" "$clone/Scripts/setup" "$@" 2>&1) || status=$?
}

fail() { echo "    $*"; exit 1; }
succeeds() { with=("$@"); setup; ((status == 0)) || fail "exit status $status: $said"; }
is() { [[ $1 == "$2" ]] || fail "'$1' is not '$2'"; }
downloads() { grep -c "download.*$1" "$clone/log" || true; }

# refuses TEXT [VARIABLE=VALUE...]: set-up fails, and its last line is a sentence with TEXT.
refuses() {
    with=("${@:2}")
    setup
    ((status != 0)) || fail "exit status 0: $said"
    local last=${said##*$'\n'}
    [[ $last == keel:*"$1"* ]] || fail "'$last' does not say '$1'"
}

is_complete() {
    is "$(cat "$clone/.keel/torch/include/torch/torch.h")" header
    is "$(cat "$clone/.keel/torch/lib/libtorch.so")" torch
    is "$(readlink "$clone/.keel/torch")" "$cache/torch-2.13.0/torch"
}

passed=0 failed=0
it() { # it SENTENCE: runs the function named like the sentence, in a clone and cache of its own
    local number=$((passed + failed + 1))
    (
        set -e
        home="$work/$number/a home" cache="$work/$number/a home/.cache/keel"
        clone="$work/$number/a clone" store=$work/store with=()
        mkdir -p "$home"
        make_clone "$clone"
        touch "$clone/log"
        "${1// /_}"
    )
    local status=$? # not `if (...)`, which would switch `set -e` off inside
    ((status == 0)) && passed=$((passed + 1)) && return
    failed=$((failed + 1))
    echo "  failed: $1"
}

# --- What set-up promises ---

a_fresh_machine_gets_the_engine() {
    succeeds
    is_complete
    is "$(cat "$clone/.keel/torch/lib/libgomp.so.1")" gomp
    is "$(ls "$clone/.keel/torch/lib")" $'libgomp.so.1\nlibtorch.so'
    is "$(cat "$cache"/torch-2.13.0/torch-2.13.0.dist-info/licenses/LICENSE)" licence
    is "$(ls "$cache")" $'downloads\nlock\ntorch-2.13.0'
    is "$(ls "$cache/downloads")" ""
    [[ $said != *waiting* ]] || fail "$said"
}

a_second_run_does_nothing_and_says_nothing() {
    succeeds
    succeeds NO_PIP=yes NO_NETWORK=yes FREE_KB=0
    is "$said" ""
}

another_clone_uses_the_same_cache() {
    succeeds
    clone="$clone 2"
    make_clone "$clone"
    succeeds NO_PIP=yes NO_NETWORK=yes
    is_complete
}

KEEL_CACHE_moves_the_cache() {
    cache="$home/elsewhere"
    succeeds KEEL_CACHE="$cache"
    is_complete
}

a_stop_at_any_step_is_made_good_by_the_next_run() {
    local step=0 stopped=1
    while ((stopped != 0)); do
        step=$((step + 1))
        rm -rf "$cache" "$clone/.keel" "$clone/steps"
        with=(STOP_AT="$step")
        setup
        stopped=$status
        succeeds
        is_complete
    done
    ((step > 15)) || fail "only $step steps"
}

a_whole_download_is_not_fetched_again() {
    succeeds
    mkdir "$cache/downloads/torch-2.13.0"
    cp "$store"/torch-*.whl "$cache/downloads/torch-2.13.0"
    rm "$cache/torch-2.13.0/torch/lib/libtorch.so"
    succeeds
    is_complete
    is "$(downloads torch)" 1
}

a_library_cut_short_is_noticed() {
    succeeds
    echo >"$cache/torch-2.13.0/torch/lib/libtorch.so"
    succeeds
    is_complete
}

two_at_once_take_turns() {
    mkdir -p "$cache"
    mkfifo "$clone/voice"
    exec 9>"$cache/lock"
    "$python" -c 'import fcntl; fcntl.flock(9, fcntl.LOCK_EX)'
    env -i HOME="$home" PATH="$tools" clone="$clone" cache="$cache" store="$store" \
        "$clone/Scripts/setup" >"$clone/voice" 2>&1 9>&- &
    {
        read -r first
        is "$first" "keel: Another set-up is at work in $cache; waiting for it."
        is "$(cat "$clone/log")" ""
        exec 9>&-
        cat >/dev/null
    } <"$clone/voice"
    wait $!
    is_complete
}

a_damaged_wheel_is_named_and_removed() {
    store=$clone/store
    cp -r "$work/store" "$store"
    "$python" - "$store"/torch-*.whl <<'E2'
import sys
data = open(sys.argv[1], "rb").read()
open(sys.argv[1], "wb").write(data.replace(b"torch/lib/libtorch.sotorch", b"torch/lib/libtorch.sotroch"))
E2
    refuses "torch-2.13.0 was damaged"
    head -c 100 "$work"/store/torch-*.whl >"$store/torch-2.13.0-cp311.whl"
    refuses "torch-2.13.0 was damaged"
    store=$work/store
    succeeds
    is_complete
}

a_file_that_the_RECORD_does_not_confirm_is_refused() {
    store=$clone/store
    cp -r "$work/store" "$store"
    "$python" - "$store"/torch-*.whl <<'E2'
import sys, zipfile
with zipfile.ZipFile(sys.argv[1], "a") as wheel:
    wheel.writestr("torch/lib/libextra.so", "not in RECORD")
E2
    refuses "torch-2.13.0 was damaged"
    [[ $said == *"torch/lib/libextra.so: expected None, found sha256="* ]] || fail "$said"
}

a_CUDA_build_brings_its_NVIDIA_libraries() {
    store=$work/cuda
    succeeds
    is_complete
    is "$(cat "$clone/asked")" 'cuda-toolkit[cccl,crt,cublas]==13.0.3; platform_system == "Linux"
nvidia-nccl-cu13==2.29.7; platform_system == "Linux"'
    is "$(cat "$clone/.keel/torch/lib/../../nvidia/cu13/lib/libcublas.so.13")" cublas
    is "$(cat "$clone/.keel/torch/lib/../../nvidia/nccl/lib/libnccl.so.2")" nccl
    is "$(cat "$clone/.keel/torch/../nvidia/cu13/include/cublas.h")" header
    rm "$cache/torch-2.13.0/nvidia/nccl/lib/libnccl.so.2"
    succeeds
    is "$(cat "$cache/torch-2.13.0/nvidia/nccl/lib/libnccl.so.2")" nccl
}

no_network() {
    refuses "pip could not fetch torch-2.13.0" NO_NETWORK=yes
    succeeds
    is_complete
}

no_pip() {
    refuses "has no pip. Run '$tools/python3 -m ensurepip'" NO_PIP=yes
}

no_python_and_no_rights() {
    take_python_away
    refuses "python3-pip. Install with (Debian, Ubuntu): sudo apt-get install -y python3-pip"
}

no_python_as_root() {
    take_python_away
    stand_in apt-get <<<'[[ $1 == update ]] || mv "$PATH/python3-later" "$PATH/python3"'
    succeeds USER_ID=0
    is_complete
    [[ $said == *"Installing with: "*"apt-get install -y python3-pip"* ]] || fail "$said"
}

take_python_away() {
    tools=$clone/tools
    cp -RP "$work/tools" "$tools"
    mv "$tools/python3" "$tools/python3-later"
}

no_disk() {
    refuses "the engine needs 1500 MB in $cache, and 97 MB are free" FREE_KB=100000
    is "$(cat "$clone/log")" ""
}

no_cache_to_write_to() {
    refuses "Cannot write to /dev/null/keel" KEEL_CACHE=/dev/null/keel
}

an_old_Swift() {
    refuses "this is 'Swift version 6.2.4" SWIFT_VERSION=6.2.4
    succeeds SWIFT_VERSION=6.10
}

another_processor() {
    refuses "not built for this machine (Linux riscv64)" MACHINE="Linux riscv64"
}

an_engine_of_ones_own_is_left_alone() {
    mkdir -p "$clone/.keel/torch"
    refuses "is not a link"
    is "$(ls "$clone/.keel/torch")" ""
}

an_unknown_argument() {
    with=()
    setup --chekc
    [[ $status != 0 && $said == *"Unknown argument '--chekc'"* ]] || fail "$said"
}

the_check_changes_nothing() {
    with=()
    setup --check
    is "$status" 1
    [[ $said == *"missing  engine"* && ! -e $cache && ! -e $clone/.keel ]] || fail "$said"
    succeeds
    setup --check
    is "$status" 0
    [[ $said != *missing* ]] || fail "$said"
    rm "$clone/.keel/torch"
    setup --check
    [[ $status == 1 && $said == *"missing  link"* ]] || fail "$said"
}

make_stand_ins
make_store
it "a fresh machine gets the engine"
it "a second run does nothing and says nothing"
it "another clone uses the same cache"
it "KEEL_CACHE moves the cache"
it "a stop at any step is made good by the next run"
it "a whole download is not fetched again"
it "a library cut short is noticed"
it "two at once take turns"
it "a damaged wheel is named and removed"
it "a file that the RECORD does not confirm is refused"
it "a CUDA build brings its NVIDIA libraries"
it "no network"
it "no pip"
it "no python and no rights"
it "no python as root"
it "no disk"
it "no cache to write to"
it "an old Swift"
it "another processor"
it "an engine of ones own is left alone"
it "an unknown argument"
it "the check changes nothing"

echo "Set-up: $passed passed, $failed failed"
((failed == 0))
