# A lasso path with five folds of a file whose last column is y, 0 or 1: path.R FILE
suppressMessages({
    library(glmnet)
    library(data.table)
})
setDTthreads(2)
d <- fread(commandArgs(TRUE)[1])
x <- as.matrix(d[, -"y"])
fit <- cv.glmnet(x, d$y, family = "binomial", nfolds = 5, standardize = FALSE, type.measure = "deviance")
cat(length(fit$lambda), fit$lambda.min, "\n")
