// SPDX-License-Identifier: MPL-2.0
//! Memory that runs out when a test says so. The only module with `unsafe`: an allocator of one's own needs it.
#![allow(unsafe_code)]

use std::sync::Once;
use std::sync::atomic::{AtomicUsize, Ordering};

use gst::glib;
use gst::prelude::*;

/// Requests of exactly this many bytes are refused; 0: none.
static REFUSED_BYTES: AtomicUsize = AtomicUsize::new(0);

/// From now on there is no memory for blocks of exactly `bytes`, in the whole process; 0 ends it. Take a size that no other
/// test of the binary has.
pub fn refuse(bytes: usize) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| glib::Object::new::<Scarce>().set_default());
    REFUSED_BYTES.store(bytes, Ordering::SeqCst);
}

glib::wrapper! {
    /// The system's allocator, but for what is refused.
    pub struct Scarce(ObjectSubclass<imp::Scarce>) @extends gst::Allocator, gst::Object;
}

mod imp {
    use gst::subclass::prelude::*;

    use super::{REFUSED_BYTES, glib};
    use gst::glib::translate::IntoGlibPtr;
    use gst::prelude::*;
    use std::sync::atomic::Ordering;

    #[derive(Default)]
    pub struct Scarce;

    #[glib::object_subclass]
    impl ObjectSubclass for Scarce {
        const NAME: &'static str = "FootfallTestsScarce";
        type Type = super::Scarce;
        type ParentType = gst::Allocator;
    }

    impl ObjectImpl for Scarce {}
    impl GstObjectImpl for Scarce {}

    // SAFETY: what is handed out is null or a whole memory that the system's allocator made, owns and frees.
    unsafe impl AllocatorImpl for Scarce {
        unsafe fn alloc(&self, size: usize, params: &gst::AllocationParams) -> *mut gst::ffi::GstMemory {
            if size == REFUSED_BYTES.load(Ordering::SeqCst) {
                return std::ptr::null_mut();
            }
            let system = gst::Allocator::find(Some("SystemMemory"));
            let memory = system.and_then(|s| s.alloc(size, Some(params)).ok());
            memory.map_or(std::ptr::null_mut(), |memory| memory.into_glib_ptr())
        }
    }
}
