# Make forecast_r.csv: a damped trend (ETS(A, Ad, N)) and the test of Diebold and Mariano by R's forecast.
#
# To make the file anew (R 4.2, forecast 8.20): Rscript forecast_r.R > forecast_r.csv

suppressPackageStartupMessages(library(forecast))

series <- list(
  level = c(571.05, 575.2, 580.1, 588.3, 590.7, 597.9, 601.2, 606.8, 609.0, 613.5, 615.9, 618.2, 620.7, 621.0, 623.8,
            622.1, 621.8, 620.0, 619.4, 619.2),
  fall = c(302, 299, 297, 291, 290, 283, 276, 271, 268, 262, 255, 254, 247, 243, 241, 236)
)
rows <- NULL
for (name in names(series)) {
  y <- series[[name]]
  fit <- ets(ts(y), model = "AAN", damped = TRUE, opt.crit = "lik", ic = "aic")
  ahead <- forecast(fit, h = 5, level = 95)
  rows <- rbind(rows,
    data.frame(what = "value", series = name, at = seq_along(y), number = y),
    data.frame(what = "mean", series = name, at = 1:5, number = as.numeric(ahead$mean)),
    data.frame(what = "low", series = name, at = 1:5, number = as.numeric(ahead$lower)),
    data.frame(what = "high", series = name, at = 1:5, number = as.numeric(ahead$upper)),
    data.frame(what = "par", series = name, at = 1:3, number = as.numeric(fit$par[c("alpha", "beta", "phi")])),
    data.frame(what = "sigma2", series = name, at = 0, number = fit$sigma2),
    data.frame(what = "loglik", series = name, at = 0, number = fit$loglik))
}
e1 <- c(1.2, -0.7, 2.1, 0.4, -1.5, 0.9, 1.8, -2.2, 0.3, 1.1, -0.6, 1.4)
e2 <- c(0.8, -1.1, 1.2, 0.9, -0.4, 1.3, 0.7, -1.0, 0.6, 0.2, -0.9, 1.0)
for (h in 1:3) {
  test <- dm.test(e1, e2, h = h, power = 1)
  rows <- rbind(rows, data.frame(what = c("dm", "p"), series = "dm", at = h,
                                 number = c(as.numeric(test$statistic), test$p.value)))
}
rows <- rbind(rows, data.frame(what = "e1", series = "dm", at = seq_along(e1), number = e1),
              data.frame(what = "e2", series = "dm", at = seq_along(e2), number = e2))
rows$number <- format(rows$number, digits = 12, trim = TRUE, scientific = FALSE)
write.csv(rows, row.names = FALSE, quote = FALSE)
