# Makes published_r.csv: estimates of R's metafor, MASS and lme4 on the data that their own books and manuals use.
#
#   Rscript published_r.R > published_r.csv      (Debian: r-cran-metafor, r-cran-mlmrev)
#
# metafor: dat.bcg (Colditz et al., 1994), Paule and Mandel's estimator; MASS: housing (Venables and Ripley, 2002,
# section 7.3), polr; lme4: Hsb82 (Raudenbush and Bryk, 2002, chapter 4), mathematics on the school's mean and sector.
suppressMessages({library(metafor); library(MASS); library(lme4)})
data(Hsb82, package = "mlmRev")

write <- function(model, number, values, errors) {
  cat(sprintf("%s,%s,%s,%.12g,%.12g\n", model, number, names(values), values, errors), sep = "")
}

cat("model,number,term,value,error\n")
trials <- escalc(measure = "RR", ai = tpos, bi = tneg, ci = cpos, di = cneg, data = dat.bcg)
mean <- rma(yi, vi, data = trials, method = "PM", control = list(tol = 1e-12, threshold = 1e-12))
line <- rma(yi, vi, mods = ~ablat, data = trials, method = "PM", control = list(tol = 1e-12, threshold = 1e-12))
profile <- confint(mean, type = "QP", digits = 12)$random["tau", ]
write("bcg", "mean", c(intercept = mean$beta[1]), mean$se)
write("bcg", "tau", profile, NA)
write("bcg_latitude", "line", c(intercept = line$beta[1], latitude = line$beta[2]), line$se)
write("bcg_latitude", "tau", c(estimate = sqrt(line$tau2)), NA)

ordered <- polr(Sat ~ Infl + Type + Cont, weights = Freq, data = housing, Hess = TRUE,
                control = list(reltol = 1e-14, maxit = 1000))
table <- coef(summary(ordered))
write("housing", "term", setNames(table[, "Value"], rownames(table)), table[, "Std. Error"])

mixed <- lmer(mAch ~ meanses * cses + sector * cses + (cses | school), data = Hsb82, REML = TRUE,
              control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10, maxfun = 1e5)))
fixed <- coef(summary(mixed))
write("hsb82", "term", setNames(fixed[, "Estimate"], rownames(fixed)), fixed[, "Std. Error"])
spread <- as.data.frame(VarCorr(mixed))
write("hsb82", "variance", setNames(spread$vcov, c("intercept", "cses", "covariance", "residual")), NA)
write("hsb82", "loglik", c(restricted = as.numeric(logLik(mixed))), NA)
