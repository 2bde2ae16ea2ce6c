# Make random_effects_lme4.csv: choices of made-up pupils with a random effect of every school, by lme4's glmer.
#
# A Poisson count with a normal intercept of every situation so wide that it is flat has the likelihood of the choices:
# integrating the intercept out leaves the multinomial. Laplace's approximation over intercepts and schools together is
# that of the choices over schools alone, but for constants. So the deviance of glmer (nAGQ = 1), with the standard
# deviation of the situations held at FLAT, has the maximum of the conditional logit with random effects.
#
# To make the file anew (R 4.2, lme4 1.1-31): Rscript random_effects_lme4.R > random_effects_lme4.csv

suppressPackageStartupMessages(library(lme4))
FLAT <- 1000

rows <- expand.grid(situation = 1:14, school = 1:25)
rows$km <- with(rows, 0.2 + ((7 * situation + 11 * school) %% 23) / 8)
rows$share <- with(rows, ((5 * school) %% 17) / 4)
quality <- with(rows, ((13 * school) %% 19) / 9 - 1)
rows$y <- with(rows, floor(1.2 * exp(-1.1 * km + 0.6 * (share - 2) + quality) + ((situation + 3 * school) %% 5) / 5.5))

parts <- glFormula(y ~ 0 + km + share + (1 | school) + (1 | situation), rows, poisson)
deviance <- updateGlmerDevfun(do.call(mkGlmerDevfun, parts), parts$reTrms)
place <- match(c("school", "situation"), names(parts$reTrms$cnms))
of <- function(x) { theta <- numeric(2); theta[place] <- c(x[1], FLAT); c(theta, x[2:3]) }
found <- nlminb(c(0.7, -1, 0.5), function(x) deviance(of(x)), lower = c(0, -Inf, -Inf),
                control = list(rel.tol = 1e-14, x.tol = 1e-10, eval.max = 2000, iter.max = 2000))
hessian <- optimHess(found$par, function(x) deviance(of(x)) / 2, control = list(ndeps = rep(1e-3, 3)))
error <- sqrt(diag(solve(hessian)))

result <- data.frame(tau = found$par[1], km_estimate = found$par[2], share_estimate = found$par[3],
                     km_error = error[2], share_error = error[3], loglik = -found$objective / 2)
write.csv(data.frame(rows, as.list(format(result, digits = 12))), row.names = FALSE, quote = FALSE)
