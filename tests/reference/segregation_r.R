# Make segregation_r.csv: Theil's H by Miller and Madow's correction and P* without the pupil itself, in base R.
#
# The package `segregation` is not in Debian; this follows the definitions and shares no code with the project. Counts
# are those of segregation_pysal.csv; the first six schools are one place and the last six the other. From this folder:
#
#     Rscript segregation_r.R > segregation_r.csv

miller_madow <- function(counts) {  # entropy in nats, with (k - 1) / 2n added (Miller, 1955)
  counts <- counts[counts > 0]
  share <- counts / sum(counts)
  -sum(share * log(share)) + (length(counts) - 1) / (2 * sum(counts))
}

schoolmates <- function(schools, own, other) {  # go through pupils one by one, as they sit in their schools
  met <- c()
  for (j in seq_len(nrow(schools))) {
    group <- rep(colnames(schools), times = schools[j, ])
    for (i in which(group == own)) if (length(group) > 1) met <- c(met, mean(group[-i] == other))
  }
  mean(met)
}

cat("table,index,value\n")
data <- read.csv("segregation_pysal.csv")
for (table in unique(data$table)) {
  schools <- as.matrix(data[data$table == table, c("low", "middle", "high")])
  total <- sum(schools)
  place <- rep(1:2, each = 6)
  city <- miller_madow(colSums(schools))
  of_schools <- sum(sapply(1:12, function(j) sum(schools[j, ]) * miller_madow(schools[j, ]))) / total
  of_places <- sum(sapply(1:2, function(d) sum(schools[place == d, ]) * miller_madow(colSums(schools[place == d, ])))) / total
  found <- c(
    theil = 1 - of_schools / city,
    theil_between = 1 - of_places / city,
    theil_within = (of_places - of_schools) / city,
    isolation = schoolmates(schools, "low", "low"),
    interaction = schoolmates(schools, "low", "high")
  )
  for (name in names(found)) cat(sprintf("%s,%s,%.15g\n", table, name, found[[name]]))
}
