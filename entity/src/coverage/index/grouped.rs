//! Rows grouped by a key from 0, in two lists of numbers.

/// Rows grouped by a key from 0: the rows of key k are `rows[starts[k]..starts[k + 1]]`.
#[derive(Debug)]
pub(super) struct Grouped {
    starts: Vec<u32>,
    rows: Vec<u32>,
}

impl Grouped {
    /// Groups the rows 0, 1, … by their keys, which are less than `keys`. The rows of a key stay in order.
    pub(super) fn new(keys: usize, key_of_row: impl ExactSizeIterator<Item = usize> + Clone) -> Self {
        let mut starts = vec![0u32; keys + 1];
        for key in key_of_row.clone() {
            starts[key + 1] += 1;
        }
        for key in 0..keys {
            starts[key + 1] += starts[key];
        }
        let mut next = starts.clone();
        let mut rows = vec![0u32; key_of_row.len()];
        for (row, key) in (0u32..).zip(key_of_row) {
            rows[next[key] as usize] = row;
            next[key] += 1;
        }
        Self { starts, rows }
    }

    /// Returns the rows of a key.
    pub(super) fn rows_of(&self, key: usize) -> &[u32] {
        &self.rows[self.starts[key] as usize..self.starts[key + 1] as usize]
    }

    /// Returns those of `items`, the list of all rows, that have this key.
    pub(super) fn items_of<'a, T>(&'a self, key: usize, items: &'a [T]) -> impl Iterator<Item = &'a T> {
        self.rows_of(key).iter().map(|row| &items[*row as usize])
    }
}
