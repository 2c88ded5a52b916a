"""State machines are executed, by moto's own interpreter of their language.

Their calls of AWS go out with the credentials of the machine's role and past the recording proxy, as everybody's do.
"""

import boto3
from botocore.config import Config
from fakeaws.clients import Aws
from moto.core.config import default_user_config
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk import (
    StateTaskServiceAwsSdk as Call,
)

from boot.proxy import ENDPOINT


def client_for(region, service, state_credentials):
    role = state_credentials.role_arn
    sts = Aws(role.split(":")[4], region).client("sts")
    given = sts.assume_role(RoleArn=role, RoleSessionName="execution")["Credentials"]
    return boto3.client(
        service,
        endpoint_url=ENDPOINT,
        region_name=region,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        # Retries are the machine's to say.
        config=Config(retries={"max_attempts": 0}),
    )


def call(self, env, resource_runtime_part, normalised_parameters, state_credentials):
    """One call, whose arguments and results a state machine spells in PascalCase whatever the API does
    (https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html)."""
    client = client_for(resource_runtime_part.region, self._get_boto_service_name(), state_credentials)
    action = self._get_boto_service_action()
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[action])
    if camel := [name for name in normalised_parameters if name[0].islower()]:
        raise ValueError(f"{action}: {camel} begin with a small letter")
    self._to_boto_request(normalised_parameters, model.input_shape)
    answer = getattr(client, action)(**normalised_parameters)
    answer.pop("ResponseMetadata", None)
    self._from_boto_response(answer, model.output_shape)
    env.stack.append(answer)


def apply():
    default_user_config["stepfunctions"]["execute_state_machine"] = True
    Call._eval_service_task = call
