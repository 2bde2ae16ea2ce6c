# Reference for tests/reference/test_binomial_mixed_reference.py: lme4's own data cbpp (Lesnoff et al. 2004).
#   Rscript tests/reference/binomial_mixed_lme4.R > tests/reference/binomial_mixed_lme4.csv
# The data themselves are made of the package by the test's fixture `cbpp`: rows `data` hold them.
suppressMessages({library(lme4); library(metafor)})
d <- cbpp
d$obs <- seq_len(nrow(d))
row <- function(model, term, value) cat(sprintf("%s,%s,%.10f\n", model, term, value))
cat("model,term,value\n")
for (i in seq_len(nrow(d))) {
  cat(sprintf("data,herd%s.period%s.size,%d\n", d$herd[i], d$period[i], d$size[i]))
  cat(sprintf("data,herd%s.period%s.incidence,%d\n", d$herd[i], d$period[i], d$incidence[i]))
}
tight <- glmerControl(optimizer = "bobyqa", tolPwrss = 1e-12, optCtrl = list(rhoend = 1e-9, maxfun = 1e5))
form <- cbind(incidence, size - incidence) ~ period + (1 | herd)
for (k in c(1, 15, 25)) {
  m <- glmer(form, d, binomial, nAGQ = k, control = tight)
  name <- paste0("nAGQ", k)
  for (i in 1:4) row(name, paste0("beta", i), fixef(m)[i])
  row(name, "tau", attr(VarCorr(m)$herd, "stddev"))
  row(name, "se1", sqrt(vcov(m)[1, 1]))
  row(name, "loglik", as.numeric(logLik(m)))
}
n <- glmer(cbind(incidence, size - incidence) ~ period + (1 | herd) + (1 | obs), d, binomial, control = tight)
for (i in 1:4) row("nested", paste0("beta", i), fixef(n)[i])
row("nested", "lasting", attr(VarCorr(n)$herd, "stddev"))
row("nested", "passing", attr(VarCorr(n)$obs, "stddev"))
row("nested", "loglik", as.numeric(logLik(n)))
p <- suppressMessages(confint(glmer(form, d, binomial, control = tight), parm = "theta_", method = "profile"))
row("nAGQ1", "tau_low", p[1]); row("nAGQ1", "tau_high", p[2])
# shares of herds, all periods together, on the logit scale: Paule-Mandel and Q-profile
h <- aggregate(cbind(incidence, size) ~ herd, d, sum)
r <- rma(xi = h$incidence, ni = h$size, measure = "PLO", method = "PM", control = list(tol = 1e-12))
ci <- confint(r)$random
row("metafor", "mean", r$beta[1]); row("metafor", "tau", sqrt(r$tau2))
row("metafor", "tau_low", ci["tau", "ci.lb"]); row("metafor", "tau_high", ci["tau", "ci.ub"])
