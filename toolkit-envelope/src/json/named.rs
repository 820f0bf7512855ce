/// An enum whose variants are written as names: each variant with its name, reading with a fault that knows them all.
macro_rules! named {
    (
        $(#[$meta:meta])*
        $visibility:vis enum $type:ident {
            $($(#[$variant_meta:meta])* $variant:ident = $name:literal,)+
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $visibility enum $type {
            $($(#[$variant_meta])* #[doc = concat!("Written `", $name, "`.")] $variant,)+
        }

        impl $type {
            /// The name that it is written with.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)+
                }
            }

            pub(crate) fn decode(decoder: &$crate::json::Decoder<'_>) -> Option<Self> {
                decoder.one_of(&[$(($name, Self::$variant),)+])
            }
        }
    };
}

pub(crate) use named;
