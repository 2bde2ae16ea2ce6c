# Makes firth_r.csv: Firth's logit of the endometrial data of Heinze and Schemper (2002), by R.
#
#   Rscript firth_r.R > firth_r.csv      (R 4.2, Debian: r-cran-brglm 0.7.2, r-cran-brglm2 0.9)
#
# Estimates and errors are brglm's, which is other software. Debian has no logistf, which profiles the penalised
# likelihood: the limits are those of R's own optim and uniroot on it, written out below. Heinze and Schemper print
# 0.61 to 7.85 for NV, -0.12 to 0.04 for PI and -4.37 to -1.23 for EH.
suppressMessages(library(brglm))
data(endometrial, package = "brglm2")

fit <- brglm(HG ~ NV + PI + EH, family = binomial, data = endometrial, br.epsilon = 1e-12, br.maxit = 1000)
table <- coef(summary(fit))
X <- model.matrix(fit)
y <- endometrial$HG
scaled <- sweep(X, 2, sqrt(colMeans(X^2)), "/")
size <- sqrt(colMeans(X^2))

penalised <- function(b) {
  eta <- drop(scaled %*% b)
  p <- plogis(eta)
  sum(y * eta - log1p(exp(eta))) + determinant(crossprod(scaled * sqrt(p * (1 - p))))$modulus[1] / 2
}
best <- coef(fit) * size
top <- penalised(best)
fall <- function(value, term) {
  others <- best[-term]
  of <- function(b) { whole <- numeric(length(best)); whole[term] <- value; whole[-term] <- b; -penalised(whole) }
  for (again in 1:3) others <- optim(others, of, method = "BFGS", control = list(reltol = 1e-15, maxit = 1e4))$par
  2 * (top + of(others)) - qchisq(0.95, 1)
}
limit <- function(term, way) {
  far <- best[term] + way * 8 * table[term, "Std. Error"] * size[term]
  uniroot(function(value) fall(value, term), sort(c(best[term], far)), tol = 1e-9)$root / size[term]
}

low <- sapply(seq_along(best), limit, way = -1)
high <- sapply(seq_along(best), limit, way = 1)
result <- data.frame(term = c("intercept", "NV", "PI", "EH"), estimate = table[, "Estimate"],
                     error = table[, "Std. Error"], ci_low = low, ci_high = high)
write.csv(format(result, digits = 9), row.names = FALSE, quote = FALSE)
