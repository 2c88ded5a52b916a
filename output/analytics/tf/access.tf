resource "aws_iam_policy" "modellers" {
  name        = "analytics-eu-central-1-modellers"
  path        = "/dagforge/eu-central-1/analytics/access/"
  description = "What modellers may do in analytics"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadLogs"
        Effect = "Allow"
        Action = ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-sales:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-finance:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-marketing:*",
        ]
      },
      {
        Sid    = "StartTasks"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/analytics_task_dbt-sales:*",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/analytics_task_dbt-finance:*",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/analytics_task_dbt-marketing:*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
      {
        Sid    = "TagTasks"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/analytics/*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid    = "PassTaskRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-sales-task",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-sales-execution",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-finance-task",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-finance-execution",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-marketing-task",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/eu-central-1/analytics/task/analytics-eu-central-1-task-dbt-marketing-execution",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "WatchTasks"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/analytics/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
      {
        Sid    = "FindNetwork"
        Effect = "Allow"
        Action = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets"]
        Resource = [
          "*",
        ]

        Condition = { "StringEquals" = { "ec2:Region" = local.region } }
      },
    ]
  })
}

resource "aws_iam_role_policy_attachment" "access_modellers_1" {
  role       = "AnalyticsModeller"
  policy_arn = aws_iam_policy.modellers.arn
}

resource "aws_iam_policy" "platform" {
  name        = "analytics-eu-central-1-platform"
  path        = "/dagforge/eu-central-1/analytics/access/"
  description = "What platform may do in analytics"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadLogs"
        Effect = "Allow"
        Action = ["logs:DescribeLogStreams", "logs:FilterLogEvents", "logs:GetLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/webserver:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/daemon:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/server/orchestration:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/run/orchestration:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/analytics/task/dbt-sales:*",
        ]
      },
      {
        Sid    = "RestartServices"
        Effect = "Allow"
        Action = ["ecs:UpdateService"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_core_webserver",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_core_daemon",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_server_orchestration",
        ]

        Condition = { "Null" = { "ecs:task-definition" = "true" } }
      },
      {
        Sid    = "WatchServices"
        Effect = "Allow"
        Action = ["ecs:DescribeServices"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_core_webserver",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_core_daemon",
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/analytics/analytics_server_orchestration",
        ]
      },
      {
        Sid    = "FindTasks"
        Effect = "Allow"
        Action = ["ecs:ListTasks"]
        Resource = [
          "*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics" } }
      },
      {
        Sid    = "EnterCluster"
        Effect = "Allow"
        Action = ["ecs:ExecuteCommand"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/analytics",
        ]
      },
      {
        Sid    = "EnterTasks"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:ExecuteCommand", "ssm:StartSession"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/analytics/*",
        ]

        Condition = { "StringEquals" = { "aws:ResourceTag/dagforge:service" = ["analytics_core_webserver"] } }
      },
      {
        Sid    = "ForwardPorts"
        Effect = "Allow"
        Action = ["ssm:StartSession"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}::document/AWS-StartPortForwardingSession",
        ]
      },
    ]
  })
}

resource "aws_iam_group_policy_attachment" "access_platform_1" {
  group      = "data-platform"
  policy_arn = aws_iam_policy.platform.arn
}

resource "aws_iam_group_policy_attachment" "access_platform_2" {
  group      = "on-call"
  policy_arn = aws_iam_policy.platform.arn
}

resource "aws_iam_user_policy_attachment" "access_platform_1" {
  user       = "break-glass"
  policy_arn = aws_iam_policy.platform.arn
}
