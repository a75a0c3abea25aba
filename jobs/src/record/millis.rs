//! Instants as milliseconds since the epoch: a third of the bytes of RFC 3339.

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(super) fn serialize<S: Serializer>(at: &Timestamp, s: S) -> Result<S::Ok, S::Error> {
    s.serialize_i64(at.as_millisecond())
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Timestamp, D::Error> {
    Timestamp::from_millisecond(i64::deserialize(d)?).map_err(D::Error::custom)
}

pub(super) mod option {
    use super::{Deserialize, Deserializer, Error, Serializer, Timestamp};

    pub(in crate::record) fn serialize<S: Serializer>(at: &Option<Timestamp>, s: S) -> Result<S::Ok, S::Error> {
        match at {
            Some(at) => s.serialize_i64(at.as_millisecond()),
            None => s.serialize_none(),
        }
    }

    pub(in crate::record) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Option<Timestamp>, D::Error> {
        Option::<i64>::deserialize(d)?
            .map(|ms| Timestamp::from_millisecond(ms).map_err(D::Error::custom))
            .transpose()
    }
}
