//! Pages and cursors.

use merx::platform::page::{DEFAULT_PAGE, MAX_PAGE, MAX_PAGE_STAFF, Page, PageArgs, PageError, encode_cursor};
use proptest::prelude::*;

fn behind(cursor: impl Into<String>) -> PageArgs {
    PageArgs {
        first: 10,
        after: Some(cursor.into()),
    }
}

proptest! {
    #[test]
    fn a_cursor_leads_back_to_its_row(name in ".{0,20}", id: u64) {
        let key = (name, id);
        let args = behind(encode_cursor("products:name", &key));
        prop_assert_eq!(args.after_key::<(String, u64)>("products:name"), Ok(Some(key)));
    }

    #[test]
    fn a_cursor_of_another_list_is_refused(id: u64, tag in "[a-z:]{1,12}") {
        prop_assume!(tag != "orders");
        let args = behind(encode_cursor(&tag, &id));
        prop_assert_eq!(args.after_key::<u64>("orders"), Err(PageError::ForeignCursor));
    }

    #[test]
    fn a_made_up_cursor_is_refused(text in "[A-Za-z0-9_-]{0,40}") {
        prop_assert_eq!(behind(text).after_key::<u64>("orders"), Err(PageError::Cursor));
    }

    #[test]
    fn pages_hold_every_row_once(rows in prop::collection::btree_set(any::<u32>(), 0..80), first in 1usize..20) {
        let rows: Vec<u32> = rows.into_iter().collect();
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let args = PageArgs { first, after: after.clone() };
            let page = Page::from_slice(&args, "numbers", rows.clone(), |n| *n).expect("a cursor of this list");
            prop_assert_eq!(page.has_previous, after.is_some());
            prop_assert!(page.rows.len() <= first);
            seen.extend(page.rows.iter().map(|(_, n)| *n));
            after = page.rows.last().map(|(cursor, _)| cursor.clone());
            if !page.has_next {
                break;
            }
        }
        prop_assert_eq!(seen, rows);
    }
}

#[test]
fn the_size_of_a_page_is_limited() {
    let size = |first, staff| PageArgs::new(first, None, staff).map(|args| args.first);
    assert_eq!(size(None, false), Ok(DEFAULT_PAGE));
    assert_eq!(size(Some(0), false), Ok(0));
    assert_eq!(size(Some(100), false), Ok(100));
    assert_eq!(size(Some(101), false), Err(PageError::Size(MAX_PAGE)));
    assert_eq!(size(Some(250), true), Ok(250));
    assert_eq!(size(Some(251), true), Err(PageError::Size(MAX_PAGE_STAFF)));
    assert_eq!(size(Some(-1), true), Err(PageError::Size(MAX_PAGE_STAFF)));
}

#[test]
fn a_key_of_another_form_is_refused() {
    let args = behind(encode_cursor("products:name", &"text"));
    assert_eq!(args.after_key::<u64>("products:name"), Err(PageError::Cursor));
}

#[test]
fn a_row_that_has_gone_ends_the_list() {
    let args = behind(encode_cursor("numbers", &2u32));
    let page = Page::from_slice(&args, "numbers", vec![1u32, 3], |n| *n).expect("a cursor of this list");
    assert!(page.rows.is_empty() && !page.has_next);
}
