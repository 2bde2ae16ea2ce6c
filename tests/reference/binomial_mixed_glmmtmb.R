# Reference for tests/reference/test_binomial_mixed_reference.py: restricted likelihood of glmmTMB on lme4's data cbpp.
#   Rscript tests/reference/binomial_mixed_glmmtmb.R > tests/reference/binomial_mixed_glmmtmb.csv
# glmmTMB integrates coefficients and differences between herds out together, by Laplace's approximation.
suppressMessages({library(lme4); library(glmmTMB)})
d <- cbpp
row <- function(model, term, value) cat(sprintf("%s,%s,%.10f\n", model, term, value))
cat("model,term,value\n")
for (reml in c(FALSE, TRUE)) {
  m <- glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), d, binomial, REML = reml)
  name <- if (reml) "restricted" else "likelihood"
  for (i in 1:4) row(name, paste0("beta", i), fixef(m)$cond[i])
  row(name, "tau", attr(VarCorr(m)$cond$herd, "stddev"))
}
# The restricted log-likelihood at a given standard deviation; only differences between these mean anything.
for (tau in c(0.2, 0.4, 0.7, 1.0, 1.5)) {
  m <- glmmTMB(cbind(incidence, size - incidence) ~ period + (1 | herd), d, binomial, REML = TRUE,
               start = list(theta = log(tau)), map = list(theta = factor(NA)))
  row("restricted", paste0("loglik", tau), as.numeric(logLik(m)))
}
