//! Where a page of hits begins. A cursor says what its rank is a place in: with or without the vector, with or without
//! the engine beside the index, in which order of it. So a walk goes on as it began, whatever is slow or away meanwhile.

use entity::ProductId;

use crate::channel::Scope;
use crate::platform::page::{PageError, encode_cursor};
use crate::platform::text::sha256_hex;
use crate::search::engine::{Hit, Order, SearchAnswer};
use crate::search::merchandising::View;
use crate::search::query::Query;

/// Hits of an arranged first page at most: no page is larger.
const ARRANGED_MAX: usize = 1_000;

/// A place behind a hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    rank: i64,
    /// The hit.
    pub(super) product: ProductId,
    /// Whether a part of the engine was away.
    pub(super) plain: bool,
    /// Whether a vector had a part in the order.
    pub(super) by_vector: bool,
    /// Whether there should have been one.
    pub(super) missed: bool,
    /// The order of the engine beside the index.
    pub(super) walk: Option<u32>,
    /// On a first page of this many hits on which staff has put some elsewhere: how many are in front of the place.
    pub(super) within: Option<(usize, usize)>,
}

/// A place as it is written: rank, product, what it is a place in, walk, place on an arranged page.
type Written = (i64, ProductId, u8, Option<u32>, Option<(usize, usize)>);

const PLAIN: u8 = 1;
const BY_VECTOR: u8 = 2;
const MISSED: u8 = 4;

impl Place {
    /// The hit that the place is behind.
    pub(super) fn hit(&self) -> Hit {
        Hit {
            product: self.product,
            rank: self.rank,
        }
    }

    fn written(&self) -> Written {
        let flag = |set: bool, flag: u8| if set { flag } else { 0 };
        let flags = flag(self.plain, PLAIN) | flag(self.by_vector, BY_VECTOR) | flag(self.missed, MISSED);
        (self.rank, self.product, flags, self.walk, self.within)
    }

    fn read((rank, product, flags, walk, within): Written) -> Result<Self, PageError> {
        if within.is_some_and(|(shown, size)| shown >= size || size > ARRANGED_MAX) {
            return Err(PageError::Cursor);
        }
        Ok(Self {
            rank,
            product,
            plain: flags & PLAIN > 0,
            by_vector: flags & BY_VECTOR > 0,
            missed: flags & MISSED > 0,
            walk,
            within,
        })
    }
}

/// Where a walk stands.
pub(super) enum Begun {
    /// It begins.
    Nowhere,
    /// In the order of the engine.
    At(Place),
    /// In that of the database.
    InDatabase(String),
}

impl Begun {
    /// Where the page that `search` asks for begins.
    ///
    /// # Errors
    /// When the cursor is none, or one of another search.
    pub(super) fn read(scope: &Scope, search: &Query) -> Result<Self, PageError> {
        match search.page.after_key::<Written>(&by_engine(scope, search)) {
            Ok(None) => Ok(Self::Nowhere),
            Ok(Some(written)) => Place::read(written).map(Self::At),
            Err(PageError::ForeignCursor) => match search.page.after_key(&in_database(scope, search)) {
                Ok(Some(cursor)) => Ok(Self::InDatabase(cursor)),
                Ok(None) => Ok(Self::Nowhere),
                Err(error) => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

/// The hits of a page in the order in which they are shown, each with its cursor.
pub(super) fn rows(
    scope: &Scope,
    search: &Query,
    (answer, missed): (&SearchAnswer, bool),
    (hits, place): (Vec<Hit>, Option<Place>),
    view: &View,
) -> Vec<(String, ProductId)> {
    let tag = by_engine(scope, search);
    // On a first page staff may want a hit elsewhere than in front. Who goes on in the middle of it sees the same page.
    let (shown, size) = match place {
        None if search.order == Order::Relevance => (0, hits.len()),
        Some(Place {
            within: Some(within), ..
        }) => within,
        _ => (0, 0),
    };
    let first: Vec<ProductId> = hits.iter().take(size).map(|hit| hit.product).collect();
    let products: Vec<ProductId> = view.place(first, |product| *product);
    let arranged = products.iter().zip(&hits).any(|(product, hit)| *product != hit.product);
    let products = products
        .into_iter()
        .chain(hits.iter().skip(size).map(|hit| hit.product));
    let behind = |at: usize, hit: &Hit| Place {
        rank: hit.rank,
        product: hit.product,
        plain: answer.degraded,
        by_vector: answer.by_vector,
        missed,
        walk: answer.walk,
        // Behind the last of them all have been shown.
        within: (arranged && at + 1 < size).then_some((at + 1, size)),
    };
    let cursors = hits
        .iter()
        .enumerate()
        .map(|(at, hit)| encode_cursor(&tag, &behind(at, hit).written()));
    cursors.zip(products).skip(shown).take(search.page.first).collect()
}

/// Name of the list in cursors: the query is part of it, so that a cursor of another search is refused.
fn by_engine(scope: &Scope, search: &Query) -> String {
    format!("search:{}", asked(scope, search))
}

/// The same for the order of the database.
pub(super) fn in_database(scope: &Scope, search: &Query) -> String {
    format!("search-database:{}", asked(scope, search))
}

fn asked(scope: &Scope, search: &Query) -> String {
    let asked = format!(
        "{}\n{}\n{:?}\n{:?}",
        scope.channel.slug, search.text, search.filters, search.order
    );
    sha256_hex(asked)[..16].to_owned()
}
