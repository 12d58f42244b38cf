# A regression from end to end on real data: the progression of diabetes in 442 patients (Efron, Hastie, Johnstone and
# Tibshirani 2004; the scaled columns that scikit-learn ships, BSD-3-Clause).
#   make -C examples -f diabetes.mk
# Splits the rows, fits a lasso whose strength is chosen by cross-validation, applies it to the rows held back, and checks that
# it explains them as well as it did when diabetes.json was kept.
GRADUS ?= gradus

check: diabetes_fit.json diabetes_predicted.csv diabetes.json
	$(GRADUS) regress diabetes_fit.toml --test diabetes_new.csv --compare diabetes.json --rtol 1e-6 -q
	@echo "R squared on new rows: $$($(GRADUS) regress diabetes_fit.toml --test diabetes_new.csv --print test.r_squared -q)"

diabetes_fit.json: diabetes_fit.toml diabetes_known.csv
	$(GRADUS) regress diabetes_fit.toml --coefficients diabetes_coefficients.csv -o $@ -q

diabetes_predicted.csv: diabetes_fit.json diabetes_new.csv
	$(GRADUS) regress --model diabetes_fit.json --predict diabetes_new.csv -o $@ -q

# every fourth row is new
diabetes_known.csv diabetes_new.csv: diabetes.csv
	awk 'NR == 1 || NR % 4 != 0' diabetes.csv > diabetes_known.csv
	awk 'NR == 1 || NR % 4 == 0' diabetes.csv > diabetes_new.csv

clean:
	rm -f diabetes_known.csv diabetes_new.csv diabetes_fit.json diabetes_coefficients.csv diabetes_predicted.csv

.PHONY: check clean
