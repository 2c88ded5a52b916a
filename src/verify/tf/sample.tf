terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = { source = "hashicorp/aws", version = "~> 6.0" }
  }
}

provider "aws" {
  region = local.region
  default_tags { tags = { "a.b" = "c" } }
}

provider "aws" {
  alias  = "other"
  region = "us-east-1"
}

variable "gitrev" {
  type = string
  validation {
    condition     = can(regex("^[0-9a-f]{7,40}$", var.gitrev)) && var.gitrev != "latest"
    error_message = "Not ${var.gitrev}."
  }
}

variable "releases" { type = map(string) }

data "aws_region" "current" {}
data "aws_availability_zones" "here" {
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

ephemeral "random_password" "database" { length = 32 }

locals {
  region       = data.aws_region.current.region # one
  gitrev_sales = lookup(var.releases, "sales", var.gitrev) /* two
  local.not_this */
  number = 1.5e3 // local.nor_this
  nested = { a = { b = local.number }, "quoted" = [local.region] }
}

resource "aws_vpc" "main" {
  provider   = aws.other
  cidr_block = local.nested.a.b > 1 ? "10.0.0.0/16" : "10.1.0.0/16"
  lifecycle {
    ignore_changes  = [tags["x"], cidr_block]
    prevent_destroy = true
  }
}

resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  availability_zone = data.aws_availability_zones.here.names[count.index]
  tags              = { for k, v in var.releases : upper(k) => v.name if v.on }
}

resource "aws_x" "y" {
  for_each   = toset([for s in aws_subnet.public : s.id])
  depends_on = [aws_vpc.main, aws_subnet.public[0]]
  name       = "a-${each.key}-${lookup({ a = "}" }, "a", "${local.gitrev_sales}")}-$${var.not_this}-%%{x}"
  trailing   = "\u0024${aws_vpc.main.arn}\\"
  splat      = aws_subnet.public[*].id
  password   = ephemeral.random_password.database.result
  script     = <<-EOT
    echo ${aws_vpc.main.id} "$${local.nor_this}" %{if local.number > 1}yes%{endif}
  EOT
  document = jsonencode({
    Statement = [{ Resource = "${aws_vpc.main.arn}/*" }]
  })
  dynamic "setting" {
    for_each = [1]
    content {
      value = setting.value
    }
  }
  dynamic "other" {
    for_each = [1]
    iterator = rule
    content { value = rule.value }
  }
}

output "x" { value = join("\n", [aws_x.y["a"].name, path.module, terraform.workspace]) }
