resource "aws_iam_role" "restart" {
  name        = "analytics-eu-central-1-restart"
  path        = "/dagforge/eu-central-1/analytics/service/"
  description = "Restarts the services after the password of the database was rotated"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "states.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:analytics-restart" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "restart" {
  name = "permissions"
  role = aws_iam_role.restart.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "FindServices"
        Effect = "Allow"
        Action = ["ecs:ListServices"]
        Resource = [
          "*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
      {
        Sid    = "RestartServices"
        Effect = "Allow"
        Action = ["ecs:UpdateService"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_*",
        ]
      },
    ]
  })
}

# The services are listed when it runs: a hundred at a time, and those of this deployment alone.
resource "aws_sfn_state_machine" "restart" {
  name     = "analytics-restart"
  role_arn = aws_iam_role.restart.arn

  definition = jsonencode({
    Comment = "Restarts the services after the password of the database was rotated"
    StartAt = "List"
    States = {
      List = {
        Type       = "Task"
        Resource   = "arn:${local.partition}:states:::aws-sdk:ecs:listServices"
        Parameters = { Cluster = "analytics", MaxResults = 100 }
        Next       = "Each"
      }
      Each = {
        Type           = "Map"
        ItemsPath      = "$.ServiceArns"
        ItemSelector   = { "Service.$" = "$$.Map.Item.Value" }
        MaxConcurrency = 5
        ResultPath     = "$.Restarted"
        Next           = "More"
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Own"
          States = {
            Own = {
              Type    = "Choice"
              Choices = [{ Variable = "$.Service", StringMatches = "*/analytics_*", Next = "Restart" }]
              Default = "Leave"
            }
            Restart = {
              Type       = "Task"
              Resource   = "arn:${local.partition}:states:::aws-sdk:ecs:updateService"
              Parameters = { Cluster = "analytics", "Service.$" = "$.Service", ForceNewDeployment = true }
              # The whole answer for each service would outgrow what a state may hand on.
              ResultSelector = { "Service.$" = "$.Service.ServiceName" }

              Retry = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 5, MaxAttempts = 5, BackoffRate = 2 }]
              End   = true
            }
            Leave = { Type = "Pass", End = true }
          }
        }
      }
      More = {
        Type    = "Choice"
        Choices = [{ Variable = "$.NextToken", IsPresent = true, Next = "Further" }]
        Default = "Done"
      }
      Further = {
        Type       = "Task"
        Resource   = "arn:${local.partition}:states:::aws-sdk:ecs:listServices"
        Parameters = { Cluster = "analytics", MaxResults = 100, "NextToken.$" = "$.NextToken" }
        Next       = "Each"
      }
      Done = { Type = "Succeed" }
    }
  })

  depends_on = [aws_iam_role_policy.restart]
}

resource "aws_iam_role" "restart_rule" {
  name        = "analytics-eu-central-1-restart-rule"
  path        = "/dagforge/eu-central-1/analytics/service/"
  description = "Starts what restarts the services"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:events:${local.region}:${local.account_id}:rule/analytics-restart" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "restart_rule" {
  name = "permissions"
  role = aws_iam_role.restart_rule.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Restart"
        Effect = "Allow"
        Action = ["states:StartExecution"]
        Resource = [
          "arn:${local.partition}:states:${local.region}:${local.account_id}:stateMachine:analytics-restart",
        ]
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "restart" {
  name        = "analytics-restart"
  description = "Restarts the services after the password of the database was rotated"
  state       = "ENABLED"

  event_pattern = jsonencode({
    source      = ["aws.secretsmanager"]
    detail-type = ["Secret Label Updated"]
    resources   = [local.database_secret_arn]
    detail      = { labelUpdated = ["AWSCURRENT"] }
  })
}

resource "aws_cloudwatch_event_target" "restart" {
  rule      = aws_cloudwatch_event_rule.restart.name
  target_id = "restart"
  arn       = aws_sfn_state_machine.restart.arn
  role_arn  = aws_iam_role.restart_rule.arn
}
