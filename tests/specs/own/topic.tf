resource "aws_sns_topic" "news" {
  name = "own-news"
}
