locals {
  news = "news of ${local.cluster}"
}
