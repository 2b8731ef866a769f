//! Registers of the devices that every board has, whatever they are called there.

/// A register of a device, at an address that is always mapped on this board and is no memory that Rust knows of.
#[derive(Clone, Copy)]
pub(crate) struct Register<T>(*mut T);

impl<T: Copy> Register<T> {
    /// The register at `address`, which must be that of a device, and aligned.
    pub(crate) const fn at(address: usize) -> Self {
        Self(core::ptr::with_exposed_provenance_mut(address))
    }

    pub(crate) fn read(self) -> T {
        // SAFETY: an aligned, mapped device register, as every caller of `at` states.
        unsafe { self.0.read_volatile() }
    }

    pub(crate) fn write(self, value: T) {
        // SAFETY: as above; no object of Rust's is behind it.
        unsafe { self.0.write_volatile(value) }
    }
}
