//! Memory that ends: a small model may ask for more than any machine has, and has to be told that there is none.

#![allow(unsafe_code, reason = "an allocator that refuses is one that is handed to the language")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// How many bytes there are: 64 MiB.
const MOST: usize = 64 << 20;

static USED: AtomicUsize = AtomicUsize::new(0);

struct Limited;

// SAFETY: every call goes to the system's allocator as it came, or is refused by null, as the contract allows.
unsafe impl GlobalAlloc for Limited {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed);
        if used.saturating_add(layout.size()) > MOST {
            USED.fetch_sub(layout.size(), Relaxed);
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the contract of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the contract of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Limited = Limited;
