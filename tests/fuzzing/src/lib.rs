//! What others write, spoilt: the targets are in `tests/fuzz`, the engine in `domorder_tests_support::fuzz`.
