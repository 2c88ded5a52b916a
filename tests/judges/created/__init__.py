"""What a deployment created, told the same way for both targets, so that the two can be compared.

`cloudformation.facts` asks the services' APIs about everything that the stacks hold; `terraform.facts` reads the state.
A resource type that neither knows is an error: nothing goes uncompared by accident.
"""
