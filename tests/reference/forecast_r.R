# Make forecast_r.csv: what the chapter on pupils to come computes, by R's stats, forecast and metafor.
#
# To make the file anew (R 4.2, forecast 8.20, metafor): Rscript forecast_r.R > forecast_r.csv

suppressPackageStartupMessages({library(forecast); library(metafor)})
rows <- NULL
add <- function(what, case, number)
  rows <<- rbind(rows, data.frame(what = what, case = case, at = seq_along(number), number = as.numeric(number)))

# Straight lines through counts of years that are not equally far apart; a random walk with drift through two.
year <- c(2010, 2012, 2017); count <- c(612, 640, 571); ahead <- c(2018, 2019, 2024)
add("trend", "three", predict(lm(count ~ year), data.frame(year = ahead)))
add("trend", "two", rwf(ts(c(640, 571)), h = 3, drift = TRUE)$mean)

# A line through counts by age, Poisson.
ages <- list(large = c(812, 790, 801, 760, 745), small = c(12, 9, 15, 7, 11))
for (name in names(ages)) {
  fit <- glm(ages[[name]] ~ seq(0, 4), family = poisson, control = glm.control(epsilon = 1e-11, maxit = 100))
  add("count", name, ages[[name]])
  add("line", name, c(coef(fit), vcov(fit)[2, 2]))
}

# The variance between areas of regions: Paule and Mandel's, with a mean of every region.
before <- c(410, 820, 95, 1500, 230, 640, 77, 980, 310, 505, 128, 2200)
after <- c(372, 840, 70, 1390, 262, 601, 92, 930, 255, 548, 131, 1900)
region <- rep(c("a", "b", "c"), each = 4)
fit <- rma(log(after / before), 1 / before + 1 / after, mods = ~ 0 + region, method = "PM", control = list(tol = 1e-12))
add("before", "areas", before); add("after", "areas", after); add("tau2", "areas", fit$tau2)

# Coverage with its exact interval; the CRPS of a normal forecast by quadrature; errors as `accuracy` has them.
for (k in c(0, 18, 363)) {
  n <- if (k == 363) 386 else 20
  add("binomial", paste(k, n), c(k / n, binom.test(k, n)$conf.int))
}
crps <- function(m, s, y) {
  below <- integrate(function(x) pnorm(x, m, s)^2, -Inf, y, rel.tol = 1e-10)$value
  below + integrate(function(x) (1 - pnorm(x, m, s))^2, y, Inf, rel.tol = 1e-10)$value
}
add("crps", "normal", c(crps(6.2, 0.05, 6.25), crps(6.2, 0.05, 6.2), crps(7, 0.2, 6.1)))
add("mape", "three", accuracy(c(110, 180, 95), c(100, 200, 90))[, "MAPE"])

# A level that wanders.
fit <- ets(c(0.3, -0.1, 0.4, 0.9, 0.7, 1.2, 0.8, 1.0), model = "ANN")
add("level", "eight", c(fit$par["alpha"], fit$states[9], sqrt(fit$sigma2)))

rows$number <- format(rows$number, digits = 14, trim = TRUE, scientific = FALSE)
write.csv(rows, row.names = FALSE, quote = FALSE)
