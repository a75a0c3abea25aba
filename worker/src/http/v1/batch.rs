//! Many orders in one request: NDJSON in, NDJSON out, a line an order, in their order.
//!
//! Answers are written while documents are still being read, so that a batch of any length takes the memory of one part
//! of it. What has come in already goes through one accept; how much that is follows from how fast the caller is. Parts of
//! different batches take turns.

use axum::body::{Body, BodyDataStream};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::{Buf as _, Bytes, BytesMut};
use domorder_jobs::producer::{Incoming, SubmitError, Submitted, Taken};
use domorder_jobs::trace::Trace;
use domorder_jobs::validate::DOCUMENT_BYTES_MAX;
use domorder_jobs::view::OrderView;
use futures::{FutureExt as _, StreamExt as _};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::auth::{Allowed, WRITE};
use super::super::limits::{BODY_MAX, broke_off, content_type, too_large, too_slow};
use super::super::params::Params;
use super::super::problem::{Problem, ProblemDetails};
use super::super::{Api, Backend, Ready};
use super::orders::{counted, trace_of};
use crate::clock;
use crate::traces::{self, Accepting};

const NDJSON: &str = "application/x-ndjson";
/// Most documents of one accept, which is what a script of the ledger takes.
const PART_MAX: usize = domorder_jobs::ledger::BATCH_MAX;

/// A line of the answer: an order, or why there is none.
#[derive(Serialize, ToSchema)]
pub(crate) struct BatchLine {
    /// The line of the request, from 1; lines without a document are counted, and not answered.
    line: u64,
    /// The order.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    order: Option<OrderView>,
    /// `true` where the order had been accepted before.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    replayed: Option<bool>,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    problem: Option<ProblemDetails>,
}

/// Hands in many orders
///
/// A document a line; a line is answered as soon as its order is stored, so read while you send. The status is 200
/// whatever became of each. Whoever cannot read while sending keeps a batch below a thousand lines.
#[utoipa::path(
    post, path = "/v1/orders/batch", operation_id = "submitBatch", tag = "orders",
    request_body(
        content = String, content_type = "application/x-ndjson",
        description = "`OrderDocument`s, one a line, each at most 64 KiB and with its `idempotency_key`",
        example = json!("{\"idempotency_key\":\"invoice-20934\",\"kind\":\"renew\",\"account\":\"cr-main\",\"domain\":\"old-shop-example.com\",\"years\":1}\n"),
    ),
    responses((status = 200, description = "`BatchLine`s, one for each document, in their order",
               body = String, content_type = "application/x-ndjson")),
    security(("bearer" = ["orders:write"])),
)]
pub(super) async fn submit_batch(
    _: Allowed<WRITE>,
    params: Params,
    State(api): State<Api>,
    Ready(backend): Ready,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    params.finish()?;
    content_type(&headers, &[NDJSON, "application/ndjson", "application/jsonl"])?;
    let batch = Batch {
        api,
        backend,
        trace: trace_of(&headers),
        lines: Lines::of(body),
        hopeless: false,
        over: false,
    };
    let answers = futures::stream::unfold(batch, |mut batch| async {
        let part = batch.part().await?;
        Some((Ok::<_, std::convert::Infallible>(part), batch))
    });
    Ok(([(header::CONTENT_TYPE, NDJSON)], Body::from_stream(answers)).into_response())
}

/// A batch on its way.
struct Batch {
    api: Api,
    backend: Backend,
    /// The caller's: every line's order goes on with it.
    trace: Option<Trace>,
    lines: Lines,
    /// A whole part found the ledger away: the rest is told so without waiting for it again and again.
    hopeless: bool,
    over: bool,
}

impl Batch {
    /// Answers to what has come in, as text; `None` after the last.
    async fn part(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        let mut lines = Vec::new();
        let mut end = None;
        while lines.len() < PART_MAX {
            // The first is waited for; then whatever is there.
            let next = if lines.is_empty() {
                self.lines.next().await
            } else if let Some(next) = self.lines.next().now_or_never() {
                next
            } else {
                break;
            };
            match next {
                Ok(Some(line)) => {
                    lines.push(line);
                    continue;
                }
                Ok(None) => {}
                Err(problem) => end = Some(problem),
            }
            self.over = true;
            break;
        }
        if lines.is_empty() && end.is_none() {
            return None;
        }
        let mut text = Vec::new();
        for answer in self.answers(&lines).await {
            push(&mut text, &answer);
        }
        if let Some(problem) = end {
            push(&mut text, &refused(self.lines.number + 1, &problem));
        }
        Some(text.into())
    }

    async fn answers(&mut self, lines: &[Line]) -> Vec<BatchLine> {
        let documents = lines.iter().filter_map(|line| line.text.as_ref());
        let documents: Vec<(&[u8], Accepting)> = documents
            .map(|text| (text.as_ref(), traces::accept(self.trace.clone(), "batch")))
            .collect();
        let mut taken = self.take(documents).await.into_iter();
        let answer = |line: &Line| match &line.text {
            None => refused(line.number, &too_large(DOCUMENT_BYTES_MAX)),
            Some(_) => match taken.next().unwrap_or_else(|| Err(stopping())) {
                Ok(taken) => shown(line.number, taken),
                Err(problem) => refused(line.number, &problem),
            },
        };
        lines.iter().map(answer).collect()
    }

    async fn take(&mut self, documents: Vec<(&[u8], Accepting)>) -> Vec<Result<Taken, Problem>> {
        if self.api.inner.stop.is_cancelled() {
            return documents.iter().map(|_| Err(stopping())).collect();
        }
        if self.hopeless {
            return documents.iter().map(|_| Err(away())).collect();
        }
        let turn = self.api.inner.batches.acquire().await;
        let incoming = documents.iter().map(|(document, accepting)| Incoming {
            trace: accepting.trace.as_ref(),
            ..Incoming::new(document)
        });
        let incoming: Vec<Incoming<'_>> = incoming.collect();
        let answers = self.backend.producer.take(&incoming, clock::now()).await;
        drop(turn);
        for ((_, accepting), answer) in documents.into_iter().zip(&answers) {
            accepting.end(answer.as_ref().map(|taken| &taken.submitted));
        }
        self.hopeless = !answers.is_empty()
            && answers
                .iter()
                .all(|answer| matches!(answer, Err(SubmitError::Unavailable(_))));
        answers.into_iter().map(counted).collect()
    }
}

fn shown(line: u64, taken: Taken) -> BatchLine {
    let replayed = matches!(taken.submitted, Submitted::Replayed(_));
    match taken.view {
        Some(view) => BatchLine {
            line,
            order: Some(view),
            replayed: replayed.then_some(true),
            problem: None,
        },
        None => refused(line, &Problem::internal()),
    }
}

fn refused(line: u64, problem: &Problem) -> BatchLine {
    BatchLine {
        line,
        order: None,
        replayed: None,
        problem: Some(problem.details().clone()),
    }
}

fn stopping() -> Problem {
    Problem::unavailable("this process is stopping: submit this document again, to another")
}

fn away() -> Problem {
    Problem::unavailable("the ledger was not reachable for the documents before: submit this document again")
}

fn push(text: &mut Vec<u8>, line: &BatchLine) {
    if serde_json::to_writer(&mut *text, line).is_ok() {
        text.push(b'\n');
    }
}

/// A line that is not empty; without its text, where that is too long.
struct Line {
    number: u64,
    text: Option<Bytes>,
}

/// The lines of a body, none kept beyond its reading.
struct Lines {
    body: BodyDataStream,
    buffer: BytesMut,
    /// How much of the buffer is known to hold no end of a line.
    searched: usize,
    number: u64,
    /// The rest of a line that is too long is on its way.
    skips: bool,
    ended: bool,
}

impl Lines {
    fn of(body: Body) -> Self {
        Self {
            body: body.into_data_stream(),
            buffer: BytesMut::new(),
            searched: 0,
            number: 0,
            skips: false,
            ended: false,
        }
    }

    /// The next line; `None` after the last. May be dropped while it waits.
    async fn next(&mut self) -> Result<Option<Line>, Problem> {
        loop {
            if let Some(line) = self.take() {
                if line.text.as_ref().is_some_and(|text| text.trim_ascii().is_empty()) {
                    continue;
                }
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            let part = tokio::time::timeout(BODY_MAX, self.body.next()).await;
            match part.map_err(|_| too_slow())? {
                Some(part) => self.buffer.extend_from_slice(&part.map_err(|_| broke_off())?),
                None => self.ended = true,
            }
        }
    }

    /// A line that is whole in the buffer, or its last one.
    fn take(&mut self) -> Option<Line> {
        let end = self.buffer[self.searched..].iter().position(|b| *b == b'\n');
        let (length, newline) = match end {
            Some(at) => (self.searched + at, 1),
            None if self.ended && (self.skips || !self.buffer.is_empty()) => (self.buffer.len(), 0),
            None => {
                self.searched = self.buffer.len();
                if self.searched > DOCUMENT_BYTES_MAX {
                    self.skips = true;
                    self.buffer.clear();
                    self.searched = 0;
                }
                return None;
            }
        };
        let text = self.buffer.split_to(length).freeze();
        self.buffer.advance(newline);
        self.searched = 0;
        self.number += 1;
        let whole = !std::mem::take(&mut self.skips) && text.len() <= DOCUMENT_BYTES_MAX;
        Some(Line {
            number: self.number,
            text: whole.then_some(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(parts: &[&str]) -> Vec<(u64, Option<String>)> {
        let parts: Vec<Result<Bytes, std::io::Error>> =
            parts.iter().map(|p| Ok(Bytes::copy_from_slice(p.as_bytes()))).collect();
        let mut lines = Lines::of(Body::from_stream(futures::stream::iter(parts)));
        let mut all = Vec::new();
        while let Some(line) = lines.next().await.unwrap() {
            let text = line.text.map(|text| String::from_utf8(text.to_vec()).unwrap());
            all.push((line.number, text));
        }
        all
    }

    fn some(number: u64, text: &str) -> (u64, Option<String>) {
        (number, Some(text.to_owned()))
    }

    #[tokio::test]
    async fn lines_are_told_apart_however_the_body_is_cut() {
        let wanted = vec![some(1, "a"), some(2, "bc"), some(5, "d\r"), some(6, "e")];
        assert_eq!(read(&["a\nbc\n\n  \nd\r\ne"]).await, wanted);
        assert_eq!(read(&["a", "\nb", "c\n", "\n", "  \nd\r", "\n", "e"]).await, wanted);
        assert_eq!(read(&["a\nbc\n\n  \nd\r\ne\n"]).await, wanted);
        assert!(read(&[]).await.is_empty() && read(&["\n\n"]).await.is_empty());
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_told_and_the_next_is_read() {
        let long = "x".repeat(DOCUMENT_BYTES_MAX + 1);
        let fits = "y".repeat(DOCUMENT_BYTES_MAX);
        let whole = format!("{long}\n{fits}\n{long}");
        let wanted = vec![(1, None), some(2, &fits), (3, None)];
        assert_eq!(read(&[&whole]).await, wanted);
        let parts: Vec<&str> = whole
            .as_bytes()
            .chunks(10_007)
            .map(|c| std::str::from_utf8(c).unwrap())
            .collect();
        assert_eq!(read(&parts).await, wanted);
    }
}
