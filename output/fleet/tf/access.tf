resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://token.actions.githubusercontent.com"
  client_id_list = ["sts.amazonaws.com"]
}

resource "aws_iam_role" "deploy" {
  name        = "fleet-us-east-1-deploy"
  path        = "/dagforge/us-east-1/fleet/access/"
  description = "Releases fleet from GitHub Actions"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Federated = aws_iam_openid_connect_provider.github.arn }
        Action    = "sts:AssumeRoleWithWebIdentity"
        Condition = {
          StringEquals = {
            "token.actions.githubusercontent.com:aud" = "sts.amazonaws.com"
            "token.actions.githubusercontent.com:sub" = ["repo:fleet/dagster:environment:fleet"]
          }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "deploy" {
  name = "permissions"
  role = aws_iam_role.deploy.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "SignInToRegistry"
        Effect = "Allow"
        Action = ["ecr:GetAuthorizationToken"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "PushImages"
        Effect = "Allow"
        Action = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload", "ecr:PutImage", "ecr:UploadLayerPart"]
        Resource = [
          "arn:${local.partition}:ecr:${local.region}:${local.account_id}:repository/fleet/*",
        ]
      },
      {
        Sid    = "UploadConfig"
        Effect = "Allow"
        Action = ["s3:PutObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "ReadParameters"
        Effect = "Allow"
        Action = ["ssm:GetParameters"]
        Resource = [
          "arn:${local.partition}:ssm:${local.region}:${local.account_id}:parameter/dagforge/fleet/*",
        ]
      },
      {
        Sid    = "CheckParameters"
        Effect = "Allow"
        Action = ["ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs"]
        Resource = [
          "*",
        ]

        Condition = { "StringEquals" = { "ec2:Region" = local.region } }
      },
      {
        Sid    = "RegisterDefinitions"
        Effect = "Allow"
        Action = ["ecs:RegisterTaskDefinition"]
        Resource = [
          "*",
        ]

        Condition = { "StringEquals" = { "aws:RequestTag/dagforge:deployment" = "fleet" } }
      },
      {
        Sid    = "TagDefinitions"
        Effect = "Allow"
        Action = ["ecs:TagResource"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task-definition/fleet_*:*",
        ]

        Condition = { "StringEquals" = { "ecs:CreateAction" = "RegisterTaskDefinition" } }
      },
      {
        Sid    = "ReplaceDefinitions"
        Effect = "Allow"
        Action = ["ecs:DeregisterTaskDefinition", "ecs:DescribeTaskDefinition", "ecs:ListTaskDefinitions"]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "ReadRoles"
        Effect = "Allow"
        Action = ["iam:GetRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/us-east-1/fleet/run/*",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/us-east-1/fleet/service/*",
        ]
      },
      {
        Sid    = "PassRoles"
        Effect = "Allow"
        Action = ["iam:PassRole"]
        Resource = [
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/us-east-1/fleet/run/*",
          "arn:${local.partition}:iam::${local.account_id}:role/dagforge/us-east-1/fleet/service/*",
        ]

        Condition = { "StringEquals" = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
      {
        Sid    = "UpdateServices"
        Effect = "Allow"
        Action = ["ecs:DescribeServiceDeployments", "ecs:DescribeServices", "ecs:ListServiceDeployments", "ecs:ListTagsForResource", "ecs:UpdateService"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service/fleet/fleet_*",
        ]
      },
      {
        Sid    = "WatchDeployments"
        Effect = "Allow"
        Action = ["ecs:DescribeServiceDeployments"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:service-deployment/fleet/fleet_*",
        ]
      },
      {
        Sid    = "DeployStacks"
        Effect = "Allow"
        Action = ["cloudformation:CreateChangeSet", "cloudformation:DescribeChangeSet", "cloudformation:DescribeStackEvents", "cloudformation:DescribeStacks", "cloudformation:ExecuteChangeSet"]
        Resource = [
          "arn:${local.partition}:cloudformation:${local.region}:${local.account_id}:stack/fleet-platform/*",
          "arn:${local.partition}:cloudformation:${local.region}:${local.account_id}:stack/fleet-ui/*",
          "arn:${local.partition}:cloudformation:${local.region}:${local.account_id}:stack/fleet-location-*/*",
        ]
      },
    ]
  })
}
