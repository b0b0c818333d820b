//! The fields of a listing, and sets of them.

/// A field of a listing.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Field {
    /// Official name of the agency.
    Agency,
    /// Other names of it.
    Aliases,
    /// Tax and agency codes.
    Codes,
    /// Unit or personal.
    Kind,
    /// Logins that may send from it.
    Logins,
    /// Pinned certificates.
    Pins,
    /// On the portal, or on the unit's own site.
    Publication,
    /// When it was published.
    PublishedOn,
    /// The request behind it.
    Request,
    /// Where the publication can be seen.
    Source,
    /// What took its place.
    Successor,
    /// First day.
    ValidFrom,
    /// Last day.
    ValidTo,
}

impl Field {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 13] = [
        Self::Kind,
        Self::Agency,
        Self::Aliases,
        Self::Codes,
        Self::Logins,
        Self::Publication,
        Self::PublishedOn,
        Self::Source,
        Self::ValidFrom,
        Self::ValidTo,
        Self::Pins,
        Self::Request,
        Self::Successor,
    ];
}

/// Some fields.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Fields(u16);

impl Fields {
    /// These.
    #[must_use]
    pub fn of(fields: &[Field]) -> Self {
        fields.iter().copied().fold(Self::default(), Self::with)
    }

    /// With one more.
    #[must_use]
    pub fn with(self, field: Field) -> Self {
        Self(self.0 | 1 << field as u16)
    }

    /// Without this one.
    #[must_use]
    pub fn without(self, field: Field) -> Self {
        Self(self.0 & !(1 << field as u16))
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn has(self, field: Field) -> bool {
        self.0 & 1 << field as u16 != 0
    }
}
