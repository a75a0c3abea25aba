//! The proxy that answers by errors.

use domorder_tests_support::{ErrorReply, RedisOptions, RedisProxy, RedisServer};
use redis::{Pipeline, Value};

/// The answers to `SET a 1`, `SET b 1`, `SET c 1` in one pipeline, the errors by their codes; and what stands then.
async fn told(replies: impl IntoIterator<Item = ErrorReply>) -> (Vec<String>, Vec<bool>) {
    let server = RedisServer::start(RedisOptions::default()).await.expect("a server");
    let proxy = RedisProxy::start(server.port()).await.expect("a proxy");
    let client = redis::Client::open(proxy.url()).expect("an address");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    let replies: Vec<ErrorReply> = replies.into_iter().collect();
    let planned = replies.len() as u64;
    for reply in replies {
        proxy.answer(reply);
    }
    let mut pipeline = Pipeline::new();
    for key in ["a", "b", "c"] {
        pipeline.cmd("SET").arg(key).arg(1);
    }
    let answers = connection.send_packed_commands(&pipeline, 0, 3).await.expect("answers");
    let told = answers.into_iter().map(|answer| match answer {
        Value::ServerError(error) => error.code().to_owned(),
        Value::Okay => "OK".to_owned(),
        other => format!("{other:?}"),
    });
    let told = told.collect();
    assert_eq!(proxy.replies(), planned);
    let stand: Vec<bool> = redis::cmd("MGET")
        .arg(&["a", "b", "c"])
        .query_async::<Vec<Option<String>>>(&mut server.connection().await.expect("a connection"))
        .await
        .expect("told")
        .iter()
        .map(Option::is_some)
        .collect();
    (told, stand)
}

#[tokio::test]
async fn an_error_stands_in_its_commands_place_whether_or_not_that_was_done() {
    let b = ["\r\nb\r\n"];
    let (answers, stand) = told([ErrorReply::to(&b, "OOM command not allowed")]).await;
    assert_eq!(answers, ["OK", "OOM", "OK"]);
    assert_eq!(stand, [true, false, true]);
    let (answers, stand) = told([ErrorReply::to(&b, "ERR upstream failure").although_done()]).await;
    assert_eq!(answers, ["OK", "ERR", "OK"]);
    assert_eq!(stand, [true, true, true]);
    // Whatever the server has no part in is told in its turn, the last one too.
    let all = ["a", "b", "c"].map(|key| ErrorReply::to(&[&format!("\r\n{key}\r\n")], "BUSY a script"));
    let (answers, stand) = told(all).await;
    assert_eq!(answers, ["BUSY", "BUSY", "BUSY"]);
    assert_eq!(stand, [false, false, false]);
}

#[tokio::test]
async fn an_error_waits_for_the_command_that_it_follows() {
    let (answers, stand) = told([ErrorReply::to(&["SET"], "NOPERM no")
        .but_not("\r\nb\r\n")
        .after("\r\na\r\n")])
    .await;
    assert_eq!(answers, ["OK", "OK", "NOPERM"]);
    assert_eq!(stand, [true, true, false]);
}
