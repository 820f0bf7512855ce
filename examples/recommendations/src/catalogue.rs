//! The items that can be recommended.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use serde::Deserialize;
use toolkit::data;

use crate::table::for_each_row;

/// What the file writes where an item has no genre.
const NO_GENRES: &str = "(no genres listed)";

/// A film.
#[data]
#[derive(PartialEq, Eq)]
pub struct Item {
    /// The number that ratings and rankings name the item by.
    pub item_id: u64,
    /// The title, with a leading article moved to the end (`"American President, The"`);
    /// empty where the file has none.
    pub title: String,
    /// The year of release, where it is known.
    pub year: Option<u16>,
    /// The genres, in the order of the alphabet; none where none is listed.
    pub genres: Vec<String>,
}

/// All items, found by id.
#[derive(Debug, Clone)]
pub struct Catalogue {
    items: BTreeMap<u64, Item>,
    genres: BTreeSet<String>,
}

impl Catalogue {
    /// Reads the items from a CSV file with the columns `movie_id`, `title`, `year` and
    /// `genres` (separated by `|`).
    ///
    /// # Errors
    ///
    /// The file cannot be read, a row is malformed, or an id is listed twice. The error
    /// names the file and the line.
    pub fn open(path: &Path) -> Result<Self> {
        let mut catalogue = Self { items: BTreeMap::new(), genres: BTreeSet::new() };
        for_each_row(path, |row: Row| catalogue.add(row.into()))?;
        Ok(catalogue)
    }

    /// The item with this id, if there is one.
    #[must_use]
    pub fn get(&self, item_id: u64) -> Option<&Item> {
        self.items.get(&item_id)
    }

    /// All items, by ascending id.
    #[must_use]
    pub fn items(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.items.values()
    }

    /// Every genre that an item has, once, in the order of the alphabet.
    #[must_use]
    pub fn genres(&self) -> impl ExactSizeIterator<Item = &str> {
        self.genres.iter().map(String::as_str)
    }

    fn add(&mut self, item: Item) -> Result<()> {
        self.genres.extend(item.genres.iter().cloned());
        if let Some(earlier) = self.items.insert(item.item_id, item) {
            bail!("item {} is listed twice", earlier.item_id);
        }
        Ok(())
    }
}

/// A line of the file.
#[derive(Deserialize)]
struct Row {
    movie_id: u64,
    title: String,
    year: Option<u16>,
    genres: String,
}

impl From<Row> for Item {
    fn from(row: Row) -> Self {
        Self { item_id: row.movie_id, title: row.title, year: row.year, genres: split_genres(&row.genres) }
    }
}

fn split_genres(listed: &str) -> Vec<String> {
    let mut genres: Vec<String> =
        listed.split('|').filter(|genre| !genre.is_empty() && *genre != NO_GENRES).map(str::to_owned).collect();
    genres.sort_unstable();
    genres
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    const FILMS: &str = "\
movie_id,title,year,genres
11,\"American President, The\",1995,Comedy|Drama|Romance
6,Heat,1995,Thriller|Action|Crime
83829,Scorpio Rising,1964,(no genres listed)
108548,,,Comedy
";

    #[test]
    fn an_item_is_found_by_its_id() {
        let catalogue = open(FILMS).unwrap();
        let heat = Item {
            item_id: 6,
            title: "Heat".to_owned(),
            year: Some(1995),
            genres: vec!["Action".to_owned(), "Crime".to_owned(), "Thriller".to_owned()],
        };
        assert_eq!(catalogue.get(6), Some(&heat));
        assert_eq!(catalogue.get(7), None);
    }

    #[test]
    fn a_comma_belongs_to_a_quoted_title() {
        let catalogue = open(FILMS).unwrap();
        assert_eq!(catalogue.get(11).unwrap().title, "American President, The");
    }

    #[test]
    fn an_item_may_lack_title_year_and_genres() {
        let catalogue = open(FILMS).unwrap();
        let untitled = catalogue.get(108_548).unwrap();
        assert_eq!((untitled.title.as_str(), untitled.year), ("", None));
        assert!(catalogue.get(83_829).unwrap().genres.is_empty());
    }

    #[test]
    fn items_come_by_ascending_id() {
        let catalogue = open(FILMS).unwrap();
        let ids: Vec<u64> = catalogue.items().map(|item| item.item_id).collect();
        assert_eq!(ids, [6, 11, 83_829, 108_548]);
    }

    #[test]
    fn every_genre_is_listed_once_in_order() {
        let catalogue = open(FILMS).unwrap();
        let genres: Vec<&str> = catalogue.genres().collect();
        assert_eq!(genres, ["Action", "Comedy", "Crime", "Drama", "Romance", "Thriller"]);
    }

    #[test]
    fn a_malformed_year_is_located_by_file_and_line() {
        let error = open("movie_id,title,year,genres\n6,Heat,MCMXCV,Action\n").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("films.csv, line 2: "), "{message}");
    }

    #[test]
    fn an_id_that_is_listed_twice_is_refused() {
        let error = open(&format!("{FILMS}6,Heat,1995,Action\n")).unwrap_err();
        let message = format!("{error:#}");
        assert!(message.ends_with("films.csv, line 6: item 6 is listed twice"), "{message}");
    }

    #[test]
    fn a_missing_column_is_named() {
        let error = open("movie_id,title,year\n6,Heat,1995\n").unwrap_err();
        let message = format!("{error:#}");
        assert!(message.contains("missing field `genres`"), "{message}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = Catalogue::open(Path::new("no-such-films.csv")).unwrap_err();
        assert_eq!(error.to_string(), "cannot read no-such-films.csv");
    }

    fn open(films: &str) -> Result<Catalogue> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("films.csv");
        fs::write(&path, films)?;
        Catalogue::open(&path)
    }
}
