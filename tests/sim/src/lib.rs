//! Provider simulators: state, quirks, a ledger of charges, faults on demand.
