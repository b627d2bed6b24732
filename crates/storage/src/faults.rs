//! Faults on order, for tests: fail the n-th read, write or commit, or everything for a while.
//!
//! Compiled in, so that the real binary's code is what is tested, and unreachable from the
//! environment: only code that holds the [`Faults`] can order one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::StoreError;

/// Where a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultPoint {
    /// Before a read runs.
    Read,
    /// Before a write runs.
    Write,
    /// After a write ran and before it is committed.
    Commit,
}

/// What a fault looks like to the flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// Passes by itself: 503.
    Unavailable,
    /// Does not: 500.
    Query,
}

#[derive(Debug)]
struct Order {
    point: FaultPoint,
    kind: FaultKind,
    /// How many more go well before.
    skip: u32,
}

/// Orders for faults. Cloning gives another handle on the same orders.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    orders: Arc<Mutex<Vec<Order>>>,
    outage: Arc<AtomicBool>,
}

impl Faults {
    /// None.
    pub fn none() -> Self {
        Self::default()
    }

    /// Lets `skip` units of work pass that point, and fails the next.
    pub fn order(&self, point: FaultPoint, kind: FaultKind, skip: u32) {
        self.orders.lock().unwrap_or_else(PoisonError::into_inner).push(Order { point, kind, skip });
    }

    /// Starts or ends an outage: everything is unavailable, the change feed too.
    pub fn set_outage(&self, is_out: bool) {
        self.outage.store(is_out, Ordering::SeqCst);
    }

    pub(crate) fn is_out(&self) -> bool {
        self.outage.load(Ordering::SeqCst)
    }

    /// # Errors
    ///
    /// The ordered fault, if one is due here.
    pub(crate) fn strike(&self, point: FaultPoint) -> Result<(), StoreError> {
        if self.is_out() {
            return Err(StoreError::Unavailable("ordered outage".to_owned()));
        }
        let mut orders = self.orders.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.is_empty() {
            return Ok(());
        }
        let mut due = None;
        for (index, order) in orders.iter_mut().enumerate().filter(|(_, order)| order.point == point) {
            if order.skip == 0 {
                due = Some(index);
                break;
            }
            order.skip -= 1;
        }
        let Some(order) = due.map(|index| orders.remove(index)) else { return Ok(()) };
        Err(match order.kind {
            FaultKind::Unavailable => StoreError::Unavailable(format!("ordered fault at {point:?}")),
            FaultKind::Query => StoreError::Query(format!("ordered fault at {point:?}")),
        })
    }
}
