//! Right numbers in the wrong places: components swapped or shifted, a matrix transposed, an axis summed or averaged away.

use super::{Bug, Evidence, Explanation, Shape};

pub(super) fn explanations(evidence: &Evidence<'_>) -> Vec<Explanation> {
    let mut found = Vec::new();
    for shape in evidence.shapes {
        match shape.sizes[..] {
            [rows, columns] => {
                found.extend(transposed(evidence, shape, rows, columns));
                found.extend(wrong_axis(evidence, shape, rows, columns));
            }
            [n] => found.extend(wrong_axis(evidence, shape, 1, n)),
            _ => {}
        }
    }
    let all = Shape { name: String::new(), first: 0, sizes: vec![evidence.names.len()] };
    let one = evidence.shapes.len() == 1;
    let groups = evidence.shapes.iter().filter(|s| !s.sizes.is_empty() && !one).chain([&all]);
    found.extend(groups.filter_map(|g| shifted(evidence, g)));
    found.extend(permuted(evidence));
    found
}

/// Whether every coordinate of `range` is claimed to be what the reference has at `from(k)`, and this is news for some.
fn moved(evidence: &Evidence<'_>, first: usize, count: usize, from: impl Fn(usize) -> usize) -> bool {
    let mut news = false;
    for k in 0..count {
        let (i, j) = (first + k, first + from(k));
        news |= evidence.wrong[i];
        if !evidence.explained(i, |p| (evidence.reference[p][j], 4.0 * evidence.bound[p][j])) {
            return false;
        }
    }
    news
}

fn all_of(evidence: &Evidence<'_>, first: usize, count: usize) -> Vec<usize> {
    (first..first + count).filter(|&i| evidence.wrong[i]).collect()
}

fn transposed(evidence: &Evidence<'_>, shape: &Shape, rows: usize, columns: usize) -> Option<Explanation> {
    if rows < 2 || columns < 2 {
        return None;
    }
    // entry k of the claim, read row by row, is the gradient read column by column
    let from = |k: usize| {
        if rows == columns { (k % columns) * columns + k / columns } else { (k % rows) * columns + k / rows }
    };
    moved(evidence, shape.first, rows * columns, from).then(|| {
        let message = match rows == columns {
            true => format!("the claim is the transpose of the gradient by {}", shape.name),
            false => format!("the claim is the gradient by {}, written column by column", shape.name),
        };
        evidence.explanation(
            Bug::Transposed,
            all_of(evidence, shape.first, rows * columns),
            shape.name.clone(),
            message,
        )
    })
}

/// The gradient summed, or averaged, over an axis, and the result repeated along it.
fn wrong_axis(evidence: &Evidence<'_>, shape: &Shape, rows: usize, columns: usize) -> Vec<Explanation> {
    let at = |i: usize, j: usize| shape.first + i * columns + j;
    let mut found = Vec::new();
    // over the rows (first axis), over the columns, over everything
    for (axis, name) in ["its rows", "its columns", "all its entries"].iter().enumerate() {
        let len = [rows, columns, rows * columns][axis];
        if len < 2 || axis == 2 && (rows < 2 || columns < 2) {
            continue;
        }
        let members = |i: usize, j: usize| -> Vec<usize> {
            match axis {
                0 => (0..rows).map(|r| at(r, j)).collect(),
                1 => (0..columns).map(|c| at(i, c)).collect(),
                _ => (0..rows * columns).map(|k| shape.first + k).collect(),
            }
        };
        for mean in [true, false] {
            let factor = if mean { 1.0 / len as f64 } else { 1.0 };
            let fits = |i: usize, j: usize| {
                let over = members(i, j);
                evidence.explained(at(i, j), |p| {
                    let terms = over.iter().map(|&k| evidence.reference[p][k]);
                    let size: f64 = terms.clone().map(f64::abs).sum();
                    let bounds: f64 = over.iter().map(|&k| evidence.bound[p][k]).sum();
                    (factor * terms.sum::<f64>(), 1e-12 * size + 4.0 * bounds)
                })
            };
            if (0..rows).all(|i| (0..columns).all(|j| fits(i, j))) {
                let what = if mean { "averaged" } else { "summed" };
                let vector = shape.sizes.len() == 1;
                let over = if vector { "all its entries" } else { name };
                let message =
                    format!("the claim is the gradient by {} {what} over {over} and repeated there", shape.name);
                let coordinates = all_of(evidence, shape.first, rows * columns);
                let e = evidence.explanation(Bug::WrongAxis, coordinates, shape.name.clone(), message);
                found.push(Explanation { factor: Some(factor), ..e });
            }
        }
    }
    found
}

/// All coordinates of a group hold what belongs some places further on.
fn shifted(evidence: &Evidence<'_>, group: &Shape) -> Option<Explanation> {
    let n: usize = group.sizes.iter().product();
    if n < 3 {
        return None;
    }
    // beyond a few places a shift is no slip
    let by = (1..n).filter(|&k| k <= 3 || k + 3 >= n).find(|&k| moved(evidence, group.first, n, |i| (i + k) % n))?;
    let places = if by <= n / 2 { by as i64 } else { by as i64 - n as i64 };
    let whose = if group.name.is_empty() { "the gradient".into() } else { format!("the gradient by {}", group.name) };
    let direction = if places > 0 { "forward" } else { "back" };
    let message = format!("the claim is {whose} shifted: each component holds the one {} {direction}", places.abs());
    let place = if group.name.is_empty() { "all".into() } else { group.name.clone() };
    let e = evidence.explanation(Bug::Shifted, all_of(evidence, group.first, n), place, message);
    Some(Explanation { factor: Some(places as f64), ..e })
}

/// Wrong components that hold each other's values.
fn permuted(evidence: &Evidence<'_>) -> Option<Explanation> {
    const MOST: usize = 400;
    let wrong: Vec<usize> = evidence.wrong().collect();
    if wrong.len() < 2 || wrong.len() > MOST {
        return None;
    }
    let holds = |i: usize, j: usize| evidence.explained(i, |p| (evidence.reference[p][j], 4.0 * evidence.bound[p][j]));
    let pairs: Vec<(usize, usize)> = (wrong.iter().enumerate())
        .flat_map(|(k, &i)| wrong[k + 1..].iter().map(move |&j| (i, j)))
        .filter(|&(i, j)| holds(i, j) && holds(j, i))
        .collect();
    let mut coordinates: Vec<usize> = pairs.iter().flat_map(|&(i, j)| [i, j]).collect();
    coordinates.sort_unstable();
    coordinates.dedup();
    if pairs.is_empty() || coordinates.len() != 2 * pairs.len() {
        // none, or some that fit several: equal partials tell nothing
        return None;
    }
    let text: Vec<String> = pairs.iter().take(4).map(|&(i, j)| evidence.partials(&[i, j])).collect();
    let more = if pairs.len() > 4 { format!(" and {} pairs more", pairs.len() - 4) } else { String::new() };
    let message = format!("{}{more} are swapped", text.join(", "));
    Some(evidence.explanation(Bug::Swapped, coordinates, text.join(", "), message))
}
