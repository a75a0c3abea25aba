//! The provider's clock, by the `Date` of its answers.

use super::*;

#[rstest]
#[case::said("Date: Tue, 01 May 2040 12:00:00 GMT\r\n", Some("2040-05-01T12:00:00Z"))]
#[case::in_words_nobody_uses("Date: yesterday\r\n", None)]
#[case::not_said("", None)]
#[tokio::test]
async fn the_provider_s_clock_is_known_after_an_answer_that_tells_it(
    #[case] header: &'static str,
    #[case] expected: Option<&str>,
    #[values(false, true)] paid: bool,
) {
    let answer = format!("HTTP/1.1 200 OK\r\n{header}Content-Length: 2\r\nConnection: close\r\n\r\n{{}}");
    let (url, _) = server(Way::Answer(answer.leak()), false).await;
    let (http, _) = door(url);
    assert_eq!(http.server_clock(), None);

    if paid {
        soon(http.send_once(&mut open_visit(&http), &buy())).await.unwrap();
    } else {
        let read = Request::get("look", CallClass::Read, "buy").query_secret("APIKey", &SecretString::from(CANARY));
        soon(http.read(None, &read)).await.unwrap();
    }

    let expected: Option<Timestamp> = expected.map(|text| text.parse().unwrap());
    let told = http.server_clock();
    assert_eq!(told.is_some(), expected.is_some());
    if let (Some(told), Some(expected)) = (told, expected) {
        let since = told.duration_since(expected);
        assert!(!since.is_negative() && since.as_secs() < 5, "{told}, {since}");
    }
}
