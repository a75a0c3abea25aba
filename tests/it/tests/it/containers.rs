//! As the first process of a container, and asked by its health check.

use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;

use crate::world::*;

/// How a container is made here: a PID namespace whose first process is what follows. Empty where that is not allowed.
fn as_first_process() -> Vec<&'static str> {
    for by in [&["unshare", "-p", "-f"][..], &["unshare", "-r", "-p", "-f"]] {
        let tried = Command::new(by[0]).args(&by[1..]).arg("true").output();
        if tried.is_ok_and(|output| output.status.success()) {
            return by.to_vec();
        }
    }
    eprintln!("NOT CHECKED: this machine lets nobody make a PID namespace, so nothing is run as a first process");
    Vec::new()
}

/// The processes below a process, nearest first.
fn below(pid: u32) -> Vec<u32> {
    let mut found = Vec::new();
    let mut next = pid;
    while let Ok(text) = std::fs::read_to_string(format!("/proc/{next}/task/{next}/children"))
        && let Some(child) = text.split_whitespace().next().and_then(|pid| pid.parse().ok())
    {
        found.push(child);
        next = child;
    }
    found
}

fn tell(signal: &str, pid: u32) {
    let told = Command::new("kill").args([signal, &pid.to_string()]).status().unwrap();
    assert!(told.success());
}

#[tokio::test]
async fn the_first_process_of_a_container_drains_when_it_is_told_to_stop() {
    let by = as_first_process();
    if by.is_empty() {
        return;
    }
    let mut world = World::with().replicas(0).start().await;
    let at = world.another_replica_by(&by).await;
    let key = world.order(renew("renew-example-shop.com")).await;
    world.until(&key, "succeeded").await;
    let processes = below(world.replicas[at].pid());
    assert_eq!(processes.len(), 2, "the first process and domorder below it");
    tell("-TERM", processes[0]);
    assert_eq!(world.replicas[at].ended().await.code(), Some(0));
    assert!(world.replicas[at].said("\"message\":\"stopped\""));
}

#[tokio::test]
async fn a_paused_worker_of_a_container_is_killed_before_it_goes_on() {
    let by = as_first_process();
    if by.is_empty() {
        return;
    }
    let mut world = World::with().replicas(0).start().await;
    let short = "DOMORDER_TIME_TO_LIVE_MS_FOR_TESTS_ONLY=1500";
    let at = world.another_replica_by(&[&by[..], &["env", short]].concat()).await;
    let processes = below(world.replicas[at].pid());
    let worker = *processes.last().unwrap();
    // Nobody wakes it: a stopped process can be killed all the same.
    tell("-STOP", worker);
    let ended = world.replicas[at].ended().await;
    assert_eq!(
        (ended.code(), ended.signal()),
        (Some(137), None),
        "the container ends as one that was killed"
    );
}

#[tokio::test]
async fn a_health_check_tells_alive_from_ready_and_from_gone() {
    let mut world = World::with().replicas(0).start().await;
    let port = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    world.reconfigure(&[("http.listen", &format!("'127.0.0.1:{port}'"))]);
    let gone = world.run(&["probe"]).await.ended(1);
    assert!(gone.err.contains("nothing listens on 127.0.0.1"), "{gone:?}");
    world.another_replica().await;
    assert_eq!(world.run(&["probe"]).await.ended(0).out, "ok\n");
    assert_eq!(world.run(&["probe", "ready"]).await.ended(0).out, "ok\n");
    world.redis.pause();
    assert_eq!(world.run(&["probe", "live"]).await.ended(0).out, "ok\n");
    let unready = world.run(&["probe", "ready"]).await.ended(1);
    assert!(unready.err.contains("redis does not answer"), "{unready:?}");
    world.redis.resume();
}
