//! `domorder demo`, whole: the built program, a real Redis, the simulator as a program beside it.

use std::io::{BufRead as _, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;

fn demo(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the built program can be started")
}

fn command(arguments: &[&str]) -> Command {
    let program = Path::new(env!("CARGO_BIN_EXE_domorder"));
    let simulator = program.with_file_name("domorder-sim");
    assert!(
        simulator.is_file(),
        "{} is missing: run the tests of the whole workspace, which build it",
        simulator.display()
    );
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(program);
    command.current_dir(repository).arg("demo").args(arguments);
    command
}

#[test]
fn every_order_of_the_demo_ends_as_foreseen_and_nothing_is_bought_twice() {
    let output = demo(&[]);
    let (table, told) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{told}\n{table}");
    let last = table.lines().last().unwrap();
    assert!(last.starts_with("orders: 90  succeeded: 78 "), "{last}");
    assert!(last.ends_with("  double charges: 0"), "{last}");
    assert!(told.contains("killed with SIGKILL"), "{told}");
    assert!(told.contains("was in the killed replica's hands"), "{told}");
    // Without a terminal there are lines and no bar.
    assert!(!told.contains('\r') && !told.contains('\u{1b}'), "{told}");
}

#[test]
fn a_deviation_is_named_and_is_the_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let documents = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/demo-orders");
    for file in std::fs::read_dir(documents).unwrap() {
        let file = file.unwrap();
        let mut text = std::fs::read_to_string(file.path()).unwrap();
        let name = file.file_name();
        match name.to_str().unwrap() {
            // One that cannot be, and no others of the first wave, so that it is over soon.
            "register.ndjson" => {
                let first = text.lines().next().unwrap();
                text = first.replace(r#""demo.charges": "1""#, r#""demo.charges": "2""#);
            }
            "world.json" => {
                let mut world: serde_json::Value = serde_json::from_str(&text).unwrap();
                let faults = world["faults"].as_array_mut().unwrap();
                faults.retain(|rule| rule["match"]["domain"] == "late-*");
                text = world.to_string();
            }
            "transfer.ndjson" | "renew.ndjson" | "email.ndjson" | "refused.ndjson" | "signals.ndjson" => text.clear(),
            _ => {}
        }
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = demo(&["--documents", folder.path().to_str().unwrap()]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    let deviation = "not as foreseen: register quince-bakery-example.com (inv-20601): charged 1 time(s), 2 foreseen";
    assert!(told.contains(deviation), "{told}");
    assert_eq!(told.matches("not as foreseen").count(), 1, "{told}");
    let kept = told
        .lines()
        .find_map(|line| line.strip_prefix("what each process said stays in "))
        .unwrap();
    std::fs::remove_dir_all(kept).unwrap();
}

#[rstest]
#[case::by_control_c("-INT")]
#[case::by_the_end_of_its_terminal("-HUP")]
#[case::before_its_next_instruction("-KILL")]
fn nothing_outlives_a_demo_that_is_ended(#[case] signal: &str) {
    // Its own temporary folder, so that its processes can be told from those of others by their arguments.
    let folder = tempfile::tempdir().unwrap();
    let mut command = command(&[]);
    command
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    let mut demo = command.spawn().unwrap();
    let told = BufReader::new(demo.stderr.take().unwrap());
    let up = told
        .lines()
        .map_while(Result::ok)
        .any(|line| line.ends_with("replicas a and b are up"));
    assert!(up, "it did not start");
    let inside = std::fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let config = std::fs::read_to_string(inside.join("domorder.toml")).unwrap();
    let redis = config
        .lines()
        .find_map(|line| line.strip_prefix("url = \"redis://"))
        .unwrap();
    let redis = redis.trim_end_matches('"');
    assert!(running_in(folder.path()) >= 3 && TcpStream::connect(redis).is_ok());

    let sent = Command::new("kill")
        .args([signal, &demo.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
    assert!(!demo.wait().unwrap().success());

    let ended = Instant::now();
    while running_in(folder.path()) > 0 || TcpStream::connect(redis).is_ok() || inside.exists() {
        assert!(ended.elapsed() < Duration::from_secs(20), "something outlives it");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// How many processes were given a path in this folder. Redis hides its arguments.
fn running_in(folder: &Path) -> usize {
    let listed = Command::new("ps")
        .args(["-axo", "args"])
        .output()
        .expect("`ps` is there");
    let listed = String::from_utf8_lossy(&listed.stdout);
    listed
        .lines()
        .filter(|line| line.contains(&*folder.to_string_lossy()))
        .count()
}
