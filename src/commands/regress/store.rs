//! Rows kept for further passes: in memory as long as they fit into `--memory`, then in a temporary file of binary columns,
//! which has no name and so leaves nothing behind.

use super::data::Part;
use crate::cancel::Cancel;
use crate::progress::Progress;
use crate::regress::glm::Mark;
use crate::regress::rows::ROOM;
use crate::regress::{Block, Design, RegressError, Source};
use crate::report::human;
use crate::table::output::reason;
use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::sync::Mutex;

/// A part in memory or where it stands in the file.
#[derive(Debug)]
enum Kept {
    Memory(Part),
    Disk { file: usize, at: u64, rows: usize, first_line: u64, lines: bool, rests: Vec<bool> },
}

/// Which inputs and how many categories a part has.
#[derive(Clone, Debug, Default)]
struct Shape {
    read: Vec<bool>,
    categories: usize,
}

/// The rows of a file or of several, part by part.
#[derive(Debug)]
pub struct Store {
    parts: Vec<Kept>,
    shape: Shape,
    limit: u64,
    used: u64,
    /// Rows in it.
    pub rows: u64,
    disk: Option<(Mutex<File>, u64)>,
    /// New codes of the categories' old ones, for parts on disk: \[categories\]\[levels\].
    maps: Vec<Vec<u32>>,
    /// What stands in place of NaN: (input, number).
    means: Vec<(usize, f64)>,
    cancel: Cancel,
    course: Option<Mutex<Course>>,
}

/// How far the fit has come.
struct Course {
    progress: Progress,
    /// Rows gone through, in all passes.
    rows: u64,
    mark: Option<Mark>,
    /// Fits done of a path of fits, and how many it has.
    path: Option<(u64, u64)>,
}

impl std::fmt::Debug for Course {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} rows gone through", self.rows)
    }
}

impl Course {
    fn show(&mut self) {
        if let Some((done, fits)) = self.path {
            // iterations begin anew with every fit: the path is what comes to an end
            return self.progress.set_with(done, self.rows, || format!("fit {} of {fits}", fits.min(done + 1)));
        }
        let mark = self.mark;
        self.progress.set_with(self.rows, self.rows, || match mark {
            None => String::new(),
            Some(m) if m.gradient_norm.is_nan() => format!("iteration {}, loss {}", m.iteration, human(m.loss, 6)),
            Some(m) => {
                format!("iteration {}, loss {}, |g| {}", m.iteration, human(m.loss, 6), human(m.gradient_norm, 3))
            }
        });
    }
}

impl Store {
    /// Keeps at most `limit` bytes in memory.
    pub fn new(limit: u64, cancel: &Cancel) -> Store {
        Store {
            parts: Vec::new(),
            shape: Shape::default(),
            limit,
            used: 0,
            rows: 0,
            disk: None,
            maps: Vec::new(),
            means: Vec::new(),
            cancel: cancel.clone(),
            course: None,
        }
    }

    /// Shows the course of the passes that follow; of no more when it is told so.
    pub fn watch(&mut self, progress: Option<Progress>) {
        self.course = progress.map(|progress| Mutex::new(Course { progress, rows: 0, mark: None, path: None }));
    }

    /// From here on a path of so many fits is watched as one.
    pub fn watch_path(&self, fits: usize) {
        self.course(|course| {
            course.path = Some((0, fits as u64));
            course.progress.towards(fits as u64);
        });
    }

    /// A fit of the path is done.
    pub fn one_fit_more(&self) {
        self.course(|course| course.path = course.path.map(|(done, fits)| (done + 1, fits)));
    }

    fn course(&self, change: impl FnOnce(&mut Course)) {
        if let Some(course) = &self.course {
            let mut course = course.lock().unwrap_or_else(|e| e.into_inner());
            change(&mut course);
            course.show();
        }
    }

    /// How many parts.
    pub fn len(&self) -> usize {
        self.parts.len()
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether some rows are on disk.
    pub fn is_spilled(&self) -> bool {
        self.disk.is_some()
    }

    /// Adds a part; parts without rows are left out. Fails with `Storage`.
    pub fn push(&mut self, part: Part) -> Result<(), RegressError> {
        let rows = part.lines.len();
        if rows == 0 {
            return Ok(());
        }
        if self.parts.is_empty() {
            let read = part.inputs.iter().map(|i| !i.is_empty()).collect();
            self.shape = Shape { read, categories: part.codes.len() };
        }
        self.rows += rows as u64;
        let numbers = part.inputs.iter().chain(&part.rests).map(Vec::len).sum::<usize>() + rows;
        let size = (8 * numbers + 4 * rows * part.codes.len()) as u64;
        if self.used + size <= self.limit && self.disk.is_none() {
            self.used += size;
            self.parts.push(Kept::Memory(part));
            return Ok(());
        }
        self.spill(&part).map_err(storage)
    }

    fn spill(&mut self, part: &Part) -> io::Result<()> {
        if self.disk.is_none() {
            self.disk = Some((Mutex::new(tempfile::tempfile()?), 0));
        }
        let rows = part.lines.len();
        let first_line = part.lines[0];
        let lines = part.lines.iter().zip(first_line..).any(|(a, b)| *a != b);
        let mut bytes = Vec::with_capacity(8 * rows * (part.inputs.len() + 1));
        for column in part.inputs.iter().chain(&part.rests) {
            column.iter().for_each(|x| bytes.extend_from_slice(&x.to_le_bytes()));
        }
        if lines {
            part.lines.iter().for_each(|l| bytes.extend_from_slice(&l.to_le_bytes()));
        }
        for codes in &part.codes {
            codes.iter().for_each(|c| bytes.extend_from_slice(&c.to_le_bytes()));
        }
        if let Some((file, end)) = &mut self.disk {
            let file = file.get_mut().unwrap_or_else(|e| e.into_inner());
            io::Write::write_all(file, &bytes)?;
            let rests = part.rests.iter().map(|r| !r.is_empty()).collect();
            self.parts.push(Kept::Disk { file: part.file, at: *end, rows, first_line, lines, rests });
            *end += bytes.len() as u64;
        }
        Ok(())
    }

    /// Which of the files part `k` is of.
    pub fn file(&self, k: usize) -> usize {
        match &self.parts[k] {
            Kept::Memory(part) => part.file,
            Kept::Disk { file, .. } => *file,
        }
    }

    /// Part `k`. Fails with `Storage`.
    pub fn load(&self, k: usize) -> Result<Cow<'_, Part>, RegressError> {
        match &self.parts[k] {
            Kept::Memory(part) => Ok(Cow::Borrowed(part)),
            Kept::Disk { file, at, rows, first_line, lines, rests } => {
                let read = self.shape.read.iter().chain(rests).filter(|r| **r).count();
                let size = rows * (8 * (read + usize::from(*lines)) + 4 * self.shape.categories);
                let bytes = self.bytes(*at, size).map_err(storage)?;
                let mut rest = &bytes[..];
                let mut take = |count: usize| {
                    let (head, tail) = rest.split_at(count);
                    rest = tail;
                    head
                };
                let number = |b: &[u8]| f64::from_le_bytes(b.try_into().unwrap_or_default());
                let mut columns = |there: &[bool]| -> Vec<Vec<f64>> {
                    let bytes = there.iter().map(|there| if *there { take(8 * rows) } else { &[] });
                    bytes.map(|bytes| bytes.chunks_exact(8).map(number).collect()).collect()
                };
                let (inputs, rests) = (columns(&self.shape.read), columns(rests));
                let found = match lines {
                    true => take(8 * rows).chunks_exact(8).map(|b| number(b).to_bits()).collect(),
                    false => (*first_line..).take(*rows).collect(),
                };
                let mut codes = Vec::new();
                for _ in 0..self.shape.categories {
                    let code = |b: &[u8]| u32::from_le_bytes(b.try_into().unwrap_or_default());
                    codes.push(take(4 * rows).chunks_exact(4).map(code).collect());
                }
                let mut part = Part { inputs, rests, codes, lines: found, file: *file };
                part.recode(&self.maps);
                part.fill(&self.means);
                Ok(Cow::Owned(part))
            }
        }
    }

    fn bytes(&self, at: u64, size: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; size];
        if let Some((file, _)) = &self.disk {
            let mut file = file.lock().map_err(|_| io::Error::other("a thread failed"))?;
            io::Seek::seek(&mut *file, io::SeekFrom::Start(at))?;
            io::Read::read_exact(&mut *file, &mut bytes)?;
        }
        Ok(bytes)
    }

    /// Drops what rounding decimals left, if some parts have it and others not: the fit is then that of the f64s.
    pub fn forget_rests(&mut self) -> Result<(), RegressError> {
        for k in 0..self.parts.len() {
            match &mut self.parts[k] {
                Kept::Memory(part) => part.rests.clear(),
                Kept::Disk { rests, .. } if rests.contains(&true) => {
                    let mut part = self.load(k)?.into_owned();
                    part.rests.clear();
                    self.parts[k] = Kept::Memory(part);
                }
                Kept::Disk { .. } => {}
            }
        }
        Ok(())
    }

    /// Gives the categories' codes their new values.
    pub fn recode(&mut self, maps: &[Vec<u32>]) {
        for part in &mut self.parts {
            if let Kept::Memory(part) = part {
                part.recode(maps);
            }
        }
        self.maps = maps.to_vec();
    }

    /// Puts numbers in place of NaN: (input, number).
    pub fn fill(&mut self, means: &[(usize, f64)]) {
        for part in &mut self.parts {
            if let Kept::Memory(part) = part {
                part.fill(means);
            }
        }
        self.means = means.to_vec();
    }

    /// Calls `each` with every part, in order. Fails with `Storage`, `Stopped`.
    pub fn each(&self, mut each: impl FnMut(&Part) -> Result<(), RegressError>) -> Result<(), RegressError> {
        for k in 0..self.len() {
            self.check()?;
            each(&*self.load(k)?)?;
        }
        Ok(())
    }

    fn check(&self) -> Result<(), RegressError> {
        if self.cancel.is_set() { Err(RegressError::Stopped) } else { Ok(()) }
    }
}

fn storage(e: io::Error) -> RegressError {
    RegressError::Storage { reason: reason(&e) }
}

/// The rows of a store as a design sees them.
#[derive(Clone, Copy, Debug)]
pub struct Designed<'s> {
    /// The columns of the model.
    pub design: &'s Design,
    /// The rows.
    pub store: &'s Store,
}

impl Source for Designed<'_> {
    fn parts(&self) -> usize {
        self.store.len()
    }

    fn with(&self, k: usize, see: &mut dyn FnMut(&Block<'_>) -> Result<(), RegressError>) -> Result<(), RegressError> {
        self.store.check()?;
        let part = self.store.load(k)?;
        let in_file = |problem| RegressError::InFile { file: part.file, problem: Box::new(problem) };
        let block = self.design.block(&part.inputs(), &part.codes(), &part.lines).map_err(in_file)?;
        self.store.course(|course| course.rows += block.rows as u64);
        see(&block).map_err(|e| if let RegressError::Target { .. } = e { in_file(e) } else { e })
    }

    /// Sums of many columns are large: a quarter of the memory is theirs, or 256 MB.
    fn room(&self) -> u64 {
        (self.store.limit / 4).max(ROOM)
    }

    fn spare(&self) -> u64 {
        if self.store.is_spilled() { 0 } else { self.store.limit.saturating_sub(self.store.used) }
    }

    fn check(&self) -> Result<(), RegressError> {
        self.store.check()
    }

    fn tell(&self, mark: &Mark) {
        self.store.course(|course| course.mark = Some(*mark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_to_disk_comes_back() {
        let part = |k: u64| Part {
            inputs: vec![vec![k as f64, f64::NAN, -0.0], Vec::new(), vec![0.1, 0.2, 1e300]],
            rests: if k == 1 { vec![Vec::new(), Vec::new(), vec![-5.5e-18, 1e-17, 0.0]] } else { Vec::new() },
            codes: vec![vec![0, 1, 1]],
            lines: if k.is_multiple_of(2) { vec![3, 4, 5] } else { vec![3, 9, 10] },
            file: k as usize % 2,
        };
        let mut small = Store::new(100, &Cancel::new()); // one part is 84 bytes, the second 108
        let mut large = Store::new(1 << 20, &Cancel::new());
        for k in 0..5 {
            small.push(part(k)).unwrap();
            large.push(part(k)).unwrap();
        }
        assert!(small.is_spilled() && !large.is_spilled());
        let same = |small: &Store, large: &Store| {
            for k in 0..5 {
                // NaN is not equal to itself: compared as text
                assert_eq!(format!("{:?}", small.load(k).unwrap()), format!("{:?}", large.load(k).unwrap()));
            }
        };
        same(&small, &large);
        for store in [&mut small, &mut large] {
            store.recode(&[vec![1, 0]]);
            store.fill(&[(0, 7.5)]);
        }
        same(&small, &large);
        assert_eq!(small.load(3).unwrap().inputs[0], [3.0, 7.5, -0.0]);
        assert_eq!(small.load(3).unwrap().codes[0], [1, 0, 0]);
        assert_eq!((small.rows, large.rows), (15, 15));
    }
}
