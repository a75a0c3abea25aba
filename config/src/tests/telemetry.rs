//! Where traces go: by our keys, and by the variables that OpenTelemetry names.

use rstest::rstest;

use super::world;
use crate::{Config, Source};

fn url(config: &Config) -> Option<&str> {
    config.telemetry.traces_url.as_ref().map(url::Url::as_str)
}

#[test]
fn nothing_is_traced_unless_somebody_says_where_to() {
    let (config, _) = world("").load();
    assert_eq!(url(&config), None);
    assert_eq!(config.telemetry.headers().count(), 0);
}

#[rstest]
#[case::every_signal(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318")], "http://collector:4318/v1/traces")]
#[case::with_a_path(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://otlp.example/in/")], "https://otlp.example/in/v1/traces")]
#[case::traces(&[("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318/t")], "http://collector:4318/t")]
#[case::traces_before_every_signal(
    &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318"), ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://b:4318/t")],
    "http://b:4318/t"
)]
#[case::ours_before_the_others(
    &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318"), ("DOMORDER__TELEMETRY__TRACES_URL", "http://c:4318/v1/traces")],
    "http://c:4318/v1/traces"
)]
fn standard_variables_say_where_traces_go(#[case] env: &[(&str, &str)], #[case] wanted: &str) {
    let mut given = world("");
    for (name, value) in env {
        given = given.env(name, value);
    }
    assert_eq!(url(&given.load().0), Some(wanted));
}

#[test]
fn a_file_stands_above_the_standard_variables_and_an_empty_one_is_none() {
    let file = "telemetry.traces_url = \"http://127.0.0.1:1/v1/traces\"\n";
    let given = world(file).env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    assert_eq!(url(&given.load().0), Some("http://127.0.0.1:1/v1/traces"));
    let given = world("").env("OTEL_EXPORTER_OTLP_ENDPOINT", "");
    assert_eq!(url(&given.load().0), None);
    let given = world("").env("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:4318");
    let (_, sources) = given.load();
    assert_eq!(
        sources.of("telemetry.traces_url"),
        Some(&Source::Env("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned()))
    );
}

#[test]
fn headers_are_a_secret_and_not_sent_in_the_clear() {
    let headers = "authorization=Bearer%20Canary-7,x-team=billing";
    let given = world("telemetry.traces_url = \"https://otlp.example/v1/traces?token=Canary-8\"\n")
        .env("OTEL_EXPORTER_OTLP_HEADERS", headers);
    let (config, sources) = given.load();
    let told: Vec<_> = config.telemetry.headers().collect();
    assert_eq!(told, [("authorization", "Bearer%20Canary-7"), ("x-team", "billing")]);
    for shown in [config.masked_toml_with(&sources), format!("{config:?}")] {
        assert!(!shown.contains("Canary"), "{shown}");
    }
    let fault = world("telemetry.traces_url = \"http://collector:4318/v1/traces\"\n")
        .env("OTEL_EXPORTER_OTLP_HEADERS", headers)
        .refused()
        .to_string();
    assert!(
        fault.contains("telemetry.traces_url") && !fault.contains("Canary"),
        "{fault}"
    );
}

#[rstest]
#[case("Canary")]
#[case("=Canary")]
#[case("a=")]
#[case("a=Canary b")]
#[case("a=Canary%0d")]
#[case("a=Canary%zz")]
#[case("a=Canary%2")]
#[case("a=Canary,,b=c")]
fn what_is_no_header_is_told_without_being_shown(#[case] headers: &str) {
    let fault = world("")
        .env("OTEL_EXPORTER_OTLP_HEADERS", headers)
        .refused()
        .to_string();
    assert!(
        fault.contains("telemetry.traces_headers") && fault.contains("OTEL_EXPORTER_OTLP_HEADERS"),
        "{fault}"
    );
    assert!(!fault.contains("Canary"), "{fault}");
}
