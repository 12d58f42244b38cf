//! Shards of which not each has all levels of a category.

use super::super::levels::Levels;
use super::file::{Kind, Shard};
use crate::regress::gram::Gram;

/// The levels of each category that some shard has, sorted as those of one table.
pub fn levels(shards: &[Shard]) -> Levels {
    let mut names: Vec<Vec<String>> = Vec::new();
    for shard in shards {
        let found = shard.kind.features.iter().filter_map(|f| f.1.as_ref());
        for (at, levels) in found.enumerate() {
            if names.len() == at {
                names.push(Vec::new());
            }
            let new: Vec<String> = levels.iter().filter(|l| !names[at].contains(l)).cloned().collect();
            names[at].extend(new);
        }
    }
    let mut levels = Levels::known(names);
    levels.sort();
    Levels::known(levels.names)
}

/// The sums of a shard with a term for every level: those it does not have are columns of 0.
pub fn spread(shard: &Shard, levels: &Levels) -> Gram {
    let (mut from, mut next) = (Vec::new(), 0);
    let mut all = levels.names.iter();
    for (_, own) in &shard.kind.features {
        match own {
            None => from.push(Some(next)),
            Some(own) => {
                let place = |level: &String| own.iter().position(|o| o == level).map(|at| next + at);
                from.extend(all.next().into_iter().flatten().map(place));
            }
        }
        next += own.as_ref().map_or(1, Vec::len);
    }
    shard.gram.arranged(&from)
}

/// Which terms are left when the first level of each category goes; without an intercept the first category keeps it.
pub fn without_references(kind: &Kind, levels: &Levels) -> Vec<Option<usize>> {
    let (mut from, mut next) = (Vec::new(), 0);
    let mut all = levels.names.iter().enumerate();
    for (_, own) in &kind.features {
        let (skip, count) = match own {
            None => (0, 1),
            Some(_) => all.next().map_or((0, 0), |(c, levels)| (usize::from(kind.intercept || c > 0), levels.len())),
        };
        from.extend((next + skip..next + count).map(Some));
        next += count;
    }
    from
}
