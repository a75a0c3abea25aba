//! Tests of the code as text.
