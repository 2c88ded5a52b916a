locals {
  webserver_log_group      = aws_cloudwatch_log_group.core_webserver.name
  read_only_copy_log_group = aws_cloudwatch_log_group.core_read_only_copy.name
}

resource "aws_lb" "ui" {
  load_balancer_type         = "application"
  internal                   = false
  ip_address_type            = "ipv4"
  security_groups            = [local.load_balancer_security_group]
  subnets                    = [local.public_subnet_1, local.public_subnet_2]
  drop_invalid_header_fields = true
  enable_deletion_protection = true
  idle_timeout               = 600

  access_logs {
    enabled = true
    bucket  = local.access_logs_bucket
    prefix  = ""
  }

  tags = { Name = "public-ui" }
}

resource "aws_wafv2_web_acl_association" "ui" {
  resource_arn = aws_lb.ui.arn
  web_acl_arn  = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/public/0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"
}

resource "aws_acm_certificate" "ui" {
  domain_name       = "dagster.example.com"
  validation_method = "DNS"

  subject_alternative_names = ["dagster-ro.example.com"]

  tags = { Name = "public-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_route53_record" "ui_validation" {
  for_each = {
    for option in aws_acm_certificate.ui.domain_validation_options : option.domain_name => option
  }

  zone_id         = "Z0123456789ABCDEFGHIJ"
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 60
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "ui" {
  certificate_arn         = aws_acm_certificate.ui.arn
  validation_record_fqdns = [for record in aws_route53_record.ui_validation : record.fqdn]
}

locals {
  ui_certificate = aws_acm_certificate_validation.ui.certificate_arn
}

resource "aws_lb_listener" "ui" {
  load_balancer_arn = aws_lb.ui.arn
  port              = 443
  protocol          = "HTTPS"
  ssl_policy        = "ELBSecurityPolicy-TLS13-1-2-2021-06"
  certificate_arn   = local.ui_certificate

  # What no rule takes is refused.
  default_action {
    type = "fixed-response"

    fixed_response {
      status_code  = "404"
      content_type = "text/plain"
      message_body = "Nothing is served under this name."
    }
  }
}

resource "aws_lb_listener" "ui_redirect" {
  load_balancer_arn = aws_lb.ui.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "redirect"

    redirect {
      protocol    = "HTTPS"
      port        = "443"
      status_code = "HTTP_301"
    }
  }
}

locals {
  ui_listener = aws_lb_listener.ui.arn
}

resource "aws_route53_record" "ui" {
  zone_id = "Z0123456789ABCDEFGHIJ"
  name    = "dagster.example.com"
  type    = "A"

  alias {
    name                   = aws_lb.ui.dns_name
    zone_id                = aws_lb.ui.zone_id
    evaluate_target_health = false
  }
}

resource "aws_route53_record" "read_only_copy" {
  zone_id = "Z0123456789ABCDEFGHIJ"
  name    = "dagster-ro.example.com"
  type    = "A"

  alias {
    name                   = aws_lb.ui.dns_name
    zone_id                = aws_lb.ui.zone_id
    evaluate_target_health = false
  }
}

resource "aws_iam_role" "core_webserver_execution" {
  name        = "public-eu-central-1-webserver-execution"
  path        = "/dagforge/eu-central-1/public/service/"
  description = "Starts the Dagster webserver"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "core_webserver_execution" {
  name = "permissions"
  role = aws_iam_role.core_webserver_execution.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "WriteLogs"
        Effect = "Allow"
        Action = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = [
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/public/webserver:log-stream:*",
          "arn:${local.partition}:logs:${local.region}:${local.account_id}:log-group:/dagforge/public/read-only-copy:log-stream:*",
        ]
      },
      {
        Sid    = "ReadSecrets"
        Effect = "Allow"
        Action = ["secretsmanager:GetSecretValue"]
        Resource = [
          "arn:${local.partition}:secretsmanager:${local.region}:${local.account_id}:secret:public/ghcr-??????",
          local.database_secret_arn,
        ]
      },
    ]
  })
}

resource "aws_lb_target_group" "ui" {
  vpc_id               = local.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 3000
  deregistration_delay = 30

  health_check {
    path                = "/server_info"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200"
  }

  tags = { Name = "public-ui" }

  lifecycle {
    create_before_destroy = true
  }
}

# The provider's own rule would keep the client's secret in Terraform's state: its client_secret is no write-only argument
# (https://github.com/hashicorp/terraform-provider-aws/issues/49499). CloudFormation reads the secret by itself while it
# makes the rule, so the rule is a stack of one resource, and the state has the secret's name alone.
# Whoever applies needs the rights for this stack, and secretsmanager:GetSecretValue on the secret.
resource "aws_cloudformation_stack" "ui" {
  name = "public-ui"

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Login of the Dagster UI"

    Resources = {
      ListenerRule = {
        Type = "AWS::ElasticLoadBalancingV2::ListenerRule"

        Properties = {
          ListenerArn = local.ui_listener
          Priority    = 10

          Conditions = [
            { Field = "host-header", HostHeaderConfig = { Values = ["dagster.example.com"] } },
          ]

          Actions = [
            {
              Type  = "authenticate-oidc"
              Order = 1

              AuthenticateOidcConfig = {
                Issuer                   = "https://example.okta.com"
                AuthorizationEndpoint    = "https://example.okta.com/oauth2/v1/authorize"
                TokenEndpoint            = "https://example.okta.com/oauth2/v1/token"
                UserInfoEndpoint         = "https://example.okta.com/oauth2/v1/userinfo"
                ClientId                 = "0oa1b2c3d4e5f6g7h8i9"
                OnUnauthenticatedRequest = "authenticate"
                Scope                    = "openid"
                SessionTimeout           = 28800

                ClientSecret = join("", [
                  "{{resolve:secretsmanager:",
                  "public/oidc",
                  ":SecretString:",
                  "client_secret",
                  "::",
                  "",
                  "}}",
                ])
              }
            },
            {
              Type           = "forward"
              Order          = 2
              TargetGroupArn = aws_lb_target_group.ui.arn
            },
          ]
        }
      }
    }
  })
}

resource "aws_cloudwatch_log_group" "core_webserver" {
  name              = "/dagforge/public/webserver"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "core_webserver" {
  name        = "public-eu-central-1-webserver"
  path        = "/dagforge/eu-central-1/public/service/"
  description = "Dagster webserver"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "core_webserver" {
  name = "permissions"
  role = aws_iam_role.core_webserver.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadConfig"
        Effect = "Allow"
        Action = ["s3:GetObjectVersion"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "WatchRuns"
        Effect = "Allow"
        Action = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource = [
          "arn:${local.partition}:ecs:${local.region}:${local.account_id}:task/public/*",
        ]

        Condition = { "ArnEquals" = { "ecs:cluster" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:cluster/public" } }
      },
      {
        Sid    = "ReadComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}/compute-logs/*",
        ]
      },
      {
        Sid    = "ListComputeLogs"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "compute-logs/*" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "core_webserver" {
  family                   = "public_core_webserver"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.core_webserver_execution.arn
  task_role_arn            = aws_iam_role.core_webserver.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "config"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "config"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/config",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/dagster.yaml --version-id ${local.dagster_yaml_version} dagster.yaml > /dev/null || { echo \"dagster.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/workspace.yaml --version-id ${local.workspace_yaml_version} workspace.yaml > /dev/null || { echo \"workspace.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "sed -i \"s|__DAGFORGE_SUBNET_1__|$${DAGFORGE_SUBNET_1:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SUBNET_2__|$${DAGFORGE_SUBNET_2:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SECURITY_GROUP__|$${DAGFORGE_SECURITY_GROUP:?is empty}|\" dagster.yaml",
          "left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)",
          "if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_CONFIG_BUCKET", value = local.config_bucket },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = local.private_subnet_1 },
        { name = "DAGFORGE_SUBNET_2", value = local.private_subnet_2 },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
    {
      name      = "webserver"
      image     = "ghcr.io/acme/public/core:${var.gitrev}"
      essential = true

      repositoryCredentials = { credentialsParameter = "public/ghcr" }

      command = [
        "dagster-webserver",
        "-h",
        "0.0.0.0",
        "-p",
        "3000",
        "-w",
        "/opt/dagster/config/workspace.yaml",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
      ]

      portMappings = [
        { containerPort = 3000, hostPort = 3000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/config" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.webserver_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "webserver"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_webserver" {
  name            = "public_core_webserver"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.core_webserver.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 2 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "public_core_webserver" }

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.webserver_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  load_balancer {
    container_name   = "webserver"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.ui.arn
  }

  lifecycle {
    # Application Auto Scaling decides how many tasks there are; an apply would set the number back.
    ignore_changes = [desired_count]
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.core_webserver_execution,
    aws_iam_role_policy.core_webserver,
    aws_cloudformation_stack.ui,
  ]
}

# The limits are zero as long as services are off. A service is scaled to the least number as soon as that rises.
resource "aws_appautoscaling_target" "core_webserver" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = join("/", ["service", "public", aws_ecs_service.core_webserver.name])
  min_capacity       = var.services_enabled ? 2 : 0
  max_capacity       = var.services_enabled ? 6 : 0
}

resource "aws_appautoscaling_policy" "core_webserver" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.core_webserver.service_namespace
  scalable_dimension = aws_appautoscaling_target.core_webserver.scalable_dimension
  resource_id        = aws_appautoscaling_target.core_webserver.resource_id

  target_tracking_scaling_policy_configuration {
    target_value = 60

    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_lb_target_group" "read_only_copy" {
  vpc_id               = local.vpc_id
  target_type          = "ip"
  protocol             = "HTTP"
  port                 = 3000
  deregistration_delay = 30

  health_check {
    path                = "/server_info"
    interval            = 30
    timeout             = 10
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200"
  }

  tags = { Name = "public-read-only-copy" }

  lifecycle {
    create_before_destroy = true
  }
}

# The provider's own rule would keep the client's secret in Terraform's state: its client_secret is no write-only argument
# (https://github.com/hashicorp/terraform-provider-aws/issues/49499). CloudFormation reads the secret by itself while it
# makes the rule, so the rule is a stack of one resource, and the state has the secret's name alone.
# Whoever applies needs the rights for this stack, and secretsmanager:GetSecretValue on the secret.
resource "aws_cloudformation_stack" "read_only_copy" {
  name = "public-read-only-copy"

  template_body = jsonencode({
    AWSTemplateFormatVersion = "2010-09-09"
    Description              = "Login of the Dagster UI"

    Resources = {
      ListenerRule = {
        Type = "AWS::ElasticLoadBalancingV2::ListenerRule"

        Properties = {
          ListenerArn = local.ui_listener
          Priority    = 20

          Conditions = [
            { Field = "host-header", HostHeaderConfig = { Values = ["dagster-ro.example.com"] } },
          ]

          Actions = [
            {
              Type  = "authenticate-oidc"
              Order = 1

              AuthenticateOidcConfig = {
                Issuer                   = "https://example.okta.com"
                AuthorizationEndpoint    = "https://example.okta.com/oauth2/v1/authorize"
                TokenEndpoint            = "https://example.okta.com/oauth2/v1/token"
                UserInfoEndpoint         = "https://example.okta.com/oauth2/v1/userinfo"
                ClientId                 = "0oa1b2c3d4e5f6g7h8i9"
                OnUnauthenticatedRequest = "authenticate"
                Scope                    = "openid"
                SessionTimeout           = 28800

                ClientSecret = join("", [
                  "{{resolve:secretsmanager:",
                  "public/oidc",
                  ":SecretString:",
                  "client_secret",
                  "::",
                  "",
                  "}}",
                ])
              }
            },
            {
              Type           = "forward"
              Order          = 2
              TargetGroupArn = aws_lb_target_group.read_only_copy.arn
            },
          ]
        }
      }
    }
  })
}

resource "aws_cloudwatch_log_group" "core_read_only_copy" {
  name              = "/dagforge/public/read-only-copy"
  retention_in_days = 365

  skip_destroy = true
}

resource "aws_iam_role" "core_read_only_copy" {
  name        = "public-eu-central-1-read-only-copy"
  path        = "/dagforge/eu-central-1/public/service/"
  description = "Dagster webserver that changes nothing"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "ecs-tasks.amazonaws.com" }
        Action    = "sts:AssumeRole"
        Condition = {
          StringEquals = { "aws:SourceAccount" = local.account_id }

          ArnLike = { "aws:SourceArn" = "arn:${local.partition}:ecs:${local.region}:${local.account_id}:*" }
        }
      }
    ]
  })
}

resource "aws_iam_role_policy" "core_read_only_copy" {
  name = "permissions"
  role = aws_iam_role.core_read_only_copy.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "ReadConfig"
        Effect = "Allow"
        Action = ["s3:GetObjectVersion"]
        Resource = [
          "arn:${local.partition}:s3:::${local.config_bucket}/config/*",
        ]
      },
      {
        Sid    = "ReadComputeLogs"
        Effect = "Allow"
        Action = ["s3:GetObject"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}/compute-logs/*",
        ]
      },
      {
        Sid    = "ListComputeLogs"
        Effect = "Allow"
        Action = ["s3:ListBucket"]
        Resource = [
          "arn:${local.partition}:s3:::${local.compute_logs_bucket}",
        ]

        Condition = { "StringLike" = { "s3:prefix" = "compute-logs/*" } }
      },
    ]
  })
}

resource "aws_ecs_task_definition" "core_read_only_copy" {
  family                   = "public_core_read_only_copy"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = aws_iam_role.core_webserver_execution.arn
  task_role_arn            = aws_iam_role.core_read_only_copy.arn

  runtime_platform {
    cpu_architecture        = "X86_64"
    operating_system_family = "LINUX"
  }

  volume {
    name = "config"
  }

  volume {
    name = "tmp"
  }

  container_definitions = jsonencode([
    {
      name      = "config"
      image     = "public.ecr.aws/aws-cli/aws-cli:2.31.23"
      essential = false

      entryPoint = ["/bin/sh", "-ec"]

      command = [
        join("\n", [
          "umask 0222",
          "cd /opt/dagster/config",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/dagster.yaml --version-id ${local.dagster_yaml_version} dagster.yaml > /dev/null || { echo \"dagster.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "aws s3api get-object --bucket \"$DAGFORGE_CONFIG_BUCKET\" --key config/workspace.yaml --version-id ${local.workspace_yaml_version} workspace.yaml > /dev/null || { echo \"workspace.yaml cannot be fetched: was the config uploaded?\" >&2; exit 1; }",
          "sed -i \"s|__DAGFORGE_SUBNET_1__|$${DAGFORGE_SUBNET_1:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SUBNET_2__|$${DAGFORGE_SUBNET_2:?is empty}|\" dagster.yaml",
          "sed -i \"s|__DAGFORGE_SECURITY_GROUP__|$${DAGFORGE_SECURITY_GROUP:?is empty}|\" dagster.yaml",
          "left=$(sed -n '/__DAGFORGE_/p' dagster.yaml)",
          "if [ -n \"$left\" ]; then echo \"dagster.yaml has a token left: $left\" >&2; exit 1; fi\n",
        ]),
      ]

      user                   = "0:0"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = false }

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_CONFIG_BUCKET", value = local.config_bucket },
        { name = "DAGFORGE_SECURITY_GROUP", value = local.run_security_group },
        { name = "DAGFORGE_SUBNET_1", value = local.private_subnet_1 },
        { name = "DAGFORGE_SUBNET_2", value = local.private_subnet_2 },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.read_only_copy_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "config"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
    {
      name      = "webserver"
      image     = "ghcr.io/acme/public/core:${var.gitrev}"
      essential = true

      repositoryCredentials = { credentialsParameter = "public/ghcr" }

      command = [
        "dagster-webserver",
        "-h",
        "0.0.0.0",
        "-p",
        "3000",
        "-w",
        "/opt/dagster/config/workspace.yaml",
        "--read-only",
      ]

      user                   = "1000:1000"
      readonlyRootFilesystem = true
      stopTimeout            = 30
      linuxParameters        = { initProcessEnabled = true }

      dependsOn = [
        { containerName = "config", condition = "SUCCESS" },
      ]

      portMappings = [
        { containerPort = 3000, hostPort = 3000, protocol = "tcp" },
      ]

      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-central-1" },
        { name = "DAGFORGE_COMPUTE_LOGS_BUCKET", value = local.compute_logs_bucket },
        { name = "DAGSTER_HOME", value = "/opt/dagster/config" },
        { name = "DAGSTER_POSTGRES_DB", value = "dagster" },
        { name = "DAGSTER_POSTGRES_HOSTNAME", value = local.database_host },
        { name = "DAGSTER_POSTGRES_USERNAME", value = "dagster" },
      ]

      secrets = [
        { name = "DAGSTER_POSTGRES_PASSWORD", valueFrom = "${local.database_secret_arn}:password::" },
      ]

      mountPoints = [
        { sourceVolume = "config", containerPath = "/opt/dagster/config", readOnly = true },
        { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
      ]

      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = local.read_only_copy_log_group
          awslogs-region        = local.region
          awslogs-stream-prefix = "webserver"
          mode                  = "non-blocking"
          max-buffer-size       = "25m"
        }
      }
    },
  ])
}

resource "aws_ecs_service" "core_read_only_copy" {
  name            = "public_core_read_only_copy"
  cluster         = local.cluster
  task_definition = aws_ecs_task_definition.core_read_only_copy.arn
  launch_type     = "FARGATE"
  desired_count   = var.services_enabled ? 1 : 0

  availability_zone_rebalancing      = "ENABLED"
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  enable_ecs_managed_tags            = true
  enable_execute_command             = false
  propagate_tags                     = "SERVICE"

  tags = { "dagforge:service" = "public_core_read_only_copy" }

  health_check_grace_period_seconds = 120

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = false
    security_groups  = [local.webserver_security_group]
    subnets          = [local.private_subnet_1, local.private_subnet_2]
  }

  load_balancer {
    container_name   = "webserver"
    container_port   = 3000
    target_group_arn = aws_lb_target_group.read_only_copy.arn
  }

  depends_on = [
    aws_ecs_cluster_capacity_providers.main,
    aws_iam_role_policy.core_webserver_execution,
    aws_iam_role_policy.core_read_only_copy,
    aws_cloudformation_stack.read_only_copy,
  ]
}
