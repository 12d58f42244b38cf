//! `gradus regress --features 'city*area'`: products with categories, coded as R's model.matrix does.

mod support;

use serde_json::{Value, json};
use support::Folder;

/// Prices whose slope along the area is a city's own.
fn table() -> String {
    let row = |i: usize| {
        let (city, slope) = [("ulm", 2.0), ("aachen", 3.0), ("kiel", 1.5)][i % 3];
        let (kind, more) = [("flat", 0.0), ("house", 15.0)][i / 3 % 2];
        let (area, rooms) = (30 + i * 17 % 90, 1 + i * 5 % 4);
        let price = 100.0 + slope * area as f64 + 20.0 * rooms as f64 + more + (i * i % 13) as f64;
        format!("{city},{kind},{area},{rooms},{price},{}\n", i * i % 7 % 2)
    };
    format!("city,kind,area,rooms,price,sold\n{}", (0..48).map(row).collect::<String>())
}

fn folder() -> Folder {
    Folder::with("h.csv", table())
}

fn estimates(fit: &Value) -> Vec<(&str, f64)> {
    let list = fit["coefficients"].as_array().unwrap();
    list.iter().map(|c| (c["term"].as_str().unwrap(), c["estimate"].as_f64().unwrap())).collect()
}

#[test]
fn a_product_is_coded_by_what_else_stands_in_the_model() {
    let f = folder();
    // patsy and statsmodels 0.14: smf.ols("price ~ " + formula, d).fit(); R's model.matrix has the same columns
    for (features, want) in [
        (
            "city,area,city*area", // city + area + city:area
            &[
                ("(intercept)", 159.7941979),
                ("city=kiel", -2.9003353),
                ("city=ulm", -6.2316979),
                ("area", 3.0460009),
                ("city=kiel*area", -1.4499059),
                ("city=ulm*area", -0.9126675),
            ][..],
        ),
        (
            "city,city*area", // city + city:area
            &[
                ("(intercept)", 159.7941979),
                ("city=kiel", -2.9003353),
                ("city=ulm", -6.2316979),
                ("city=aachen*area", 3.0460009),
                ("city=kiel*area", 1.5960949),
                ("city=ulm*area", 2.1333333),
            ],
        ),
        (
            "area*city, rooms", // city:area + rooms
            &[
                ("(intercept)", 107.7425099),
                ("city=aachen*area", 3.0339648),
                ("city=kiel*area", 1.5502342),
                ("city=ulm*area", 2.0480024),
                ("rooms", 21.0370884),
            ],
        ),
        (
            "city,kind,city*kind,area", // city + kind + city:kind + area
            &[
                ("(intercept)", 226.6919131),
                ("city=kiel", -131.6052158),
                ("city=ulm", -95.6781804),
                ("kind=house", -7.9072510),
                ("city=kiel*kind=house", 39.4083959),
                ("city=ulm*kind=house", 41.7833959),
                ("area", 2.2081425),
            ],
        ),
    ] {
        let fit = f.regress(&["h.csv", "--target", "price", "--features", features]);
        let got = estimates(&fit);
        assert_eq!(got.iter().map(|g| g.0).collect::<Vec<_>>(), want.iter().map(|w| w.0).collect::<Vec<_>>());
        for ((term, got), (_, want)) in got.iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{features} {term}: {got}, not {want}");
        }
    }
}

#[test]
fn a_factor_may_be_a_formula_and_categories_may_be_several() {
    let f = folder();
    let fit = |features: &str| f.regress(&["h.csv", "--target", "price", "--features", features]);
    let by_hand = "city, if(area > 60, 1, 0)*ln(area)*rooms";
    let plain = fit(by_hand)["fit"]["r_squared"].as_f64().unwrap();
    let own = fit("city, city*if(area > 60, 1, 0)*ln(area)*rooms");
    assert!(own["fit"]["r_squared"].as_f64().unwrap() > plain);
    assert_eq!(estimates(&own)[3].0, "city=aachen*if(area > 60, 1, 0)*ln(area)*rooms");
    // all of the three-way table, and its slopes
    let all = fit("city,kind,area,city*kind,city*area,kind*area,city*kind*area");
    let terms: Vec<_> = estimates(&all).into_iter().map(|e| e.0.to_string()).collect();
    assert_eq!(terms.len(), 12);
    assert_eq!(terms[10..], ["city=kiel*kind=house*area", "city=ulm*kind=house*area"]);
    // the same space of columns, coded by cells
    let cells = fit("city,kind,city*kind,city*kind*area");
    let r_squared = |fit: &Value| fit["fit"]["r_squared"].as_f64().unwrap();
    assert!((r_squared(&all) - r_squared(&cells)).abs() < 1e-13);
    assert_eq!(cells["model"]["terms"][3]["product"][2], json!({ "formula": "area" }));
}

#[test]
fn a_kept_fit_has_its_products() {
    let f = folder();
    for (family, target, features) in [
        ("linear", "price", "city,area,city*area"),
        ("logistic", "sold", "kind*(area - 60)"),
        ("poisson", "rooms", "kind,kind*city,area"),
        ("multinomial", "kind", "city*area"),
    ] {
        let fit = ["regress", "h.csv", "--target", target, "--features", features, "--family", family];
        for memory in ["1GB", "1kB"] {
            let done = f.run(&[&fit[..], &["--memory", memory, "-o", "fit.json", "--predictions", "p.csv"]].concat());
            assert_eq!(done.exit, 0, "{}", done.err);
            let done = f.run(&["regress", "--model", "fit.json", "--predict", "h.csv", "-o", "again.csv"]);
            assert_eq!(done.exit, 0, "{}", done.err);
            // line, target, fitted; the columns of the file, fitted, probabilities
            let at = |text: &str, k: usize| {
                text.lines().skip(1).map(|l| l.split(',').nth(k).unwrap().to_string()).collect::<Vec<_>>()
            };
            assert_eq!(at(&f.read("p.csv"), 2), at(&f.read("again.csv"), 6), "{family}");
        }
    }
    // a level that the fit has not seen is told whatever it stands in
    f.write("new.csv", "city,area,price\nbonn,50,1\n");
    f.run(&["regress", "h.csv", "--target", "price", "--features", "city*area", "-o", "fit.json"]);
    let done = f.run(&["regress", "--model", "fit.json", "--predict", "new.csv", "-o", "q.csv"]);
    assert!(done.exit == 2 && done.err.contains("`bonn`"), "{} {}", done.exit, done.err);
}

#[test]
fn what_is_no_product_is_told() {
    let f = folder();
    for (args, told) in [
        (
            &["price", "city*area - 1"][..],
            "error: `city` is a category here; formulas need numbers\n --> --features:1:1\n",
        ),
        (&["price", "city*ln(kind)"], "error: `kind` is a category here; formulas need numbers\n --> --features:1:9\n"),
        (&["price", "city*aera"], "error: `h.csv` has no column `aera`\n --> --features:1:6\n"),
        (&["price", "city*area,area*city"], "error: `area*city` stands twice among the features\n"),
        (
            &["price", "city*area", "--save-state", "s"],
            "error: the shard's sums have no products with categories, such as `city*area`\n --> --features:1:1\n",
        ),
    ] {
        let done = f.run(&[&["regress", "h.csv", "--target", args[0], "--features", args[1]], &args[2..]].concat());
        assert!(done.exit == 2 && done.err.starts_with(told), "{args:?}: {}", done.err);
    }
    let done = f.run(&["regress", "h.csv", "--target", "kind", "--family", "logistic", "--features", "kind*area"]);
    assert!(done.err.starts_with("error: `kind` is the target: it would explain itself\n"), "{}", done.err);
    // undefined in a row of the reference level, whose column is not there
    f.write(
        "h.csv",
        table().replace("aachen,flat,77,", "aachen,flat,0,").replacen("aachen,flat,47,", "aachen,flat,0,", 1),
    );
    let done = f.run(&["regress", "h.csv", "--target", "price", "--features", "city,ln(area + 1)*rooms,city*(1/area)"]);
    assert!(done.exit != 0 && done.err.contains("1/area"), "{}", done.err);
}
